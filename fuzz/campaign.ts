// Deals numbers out to processes, and takes it for a failure when one does not answer.
import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Stage } from "./oracle.ts";
import { goesByCommand } from "./specimen.ts";
import type { Result } from "./worker.ts";

export interface Failure {
  readonly number: number;
  readonly complaints: readonly string[];
}

export interface Progress {
  readonly files: number;
  readonly stages: Readonly<Record<Stage, number>>;
  /** Milliseconds, and the number of the file that took them. */
  readonly slowest: { readonly number: number; readonly milliseconds: number };
  readonly failures: readonly Failure[];
}

export interface Campaign {
  readonly start: number;
  readonly files: number;
  readonly workers: number;
  /** Called after each file. */
  readonly onFile: (progress: Progress) => void;
  readonly onFailure: (failure: Failure) => void;
}

/** Milliseconds until a process is taken for hung: many times what a file may take, even twice. */
const PATIENCE = 10_000;

/** Milliseconds for a process that has to compile everything first, or starts another. */
const LONG_PATIENCE = 60_000;

interface Tally extends Progress {
  files: number;
  readonly stages: Record<Stage, number>;
  slowest: { readonly number: number; readonly milliseconds: number };
  readonly failures: Failure[];
}

/** Looks at every file of the campaign once. */
export async function fight(campaign: Campaign): Promise<Progress> {
  const tally: Tally = {
    files: 0,
    stages: { parser: 0, schema: 0, rules: 0, accepted: 0 },
    slowest: { number: campaign.start, milliseconds: 0 },
    failures: [],
  };
  const numbers = numbersOf(campaign);
  const workers = Array.from({ length: campaign.workers }, () => work(numbers, campaign, tally));
  await Promise.all(workers);
  return tally;
}

function* numbersOf({ start, files }: Campaign): Generator<number> {
  for (let number = start; number < start + files; number++) yield number;
}

/** One process after the other: the next one when one hung or ended. */
async function work(numbers: Generator<number>, campaign: Campaign, tally: Tally): Promise<void> {
  let worker = await startWorker();
  const replaced = async () => {
    worker.kill("SIGKILL");
    worker = await startWorker();
  };
  for (let next = numbers.next(); !next.done; next = numbers.next()) {
    const number = next.value;
    let answer = await ask(worker, number);
    // On a machine that stood still for a moment, any file may seem to hang once.
    if (typeof answer === "string") {
      await replaced();
      answer = await ask(worker, number);
    }
    count(tally, number, answer, campaign);
    if (typeof answer === "string") await replaced();
  }
  worker.disconnect();
}

function count(tally: Tally, number: number, answer: Result | string, campaign: Campaign): void {
  const complaints = typeof answer === "string" ? [answer] : answer.complaints;
  tally.files += 1;
  if (typeof answer !== "string") {
    const { stage, milliseconds } = answer;
    tally.stages[stage] += 1;
    if (milliseconds > tally.slowest.milliseconds) tally.slowest = { number, milliseconds };
  }
  if (complaints.length > 0) {
    const failure = { number, complaints };
    tally.failures.push(failure);
    campaign.onFailure(failure);
  }
  campaign.onFile(tally);
}

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(fileURLToPath(new URL("worker.ts", import.meta.url)));
  const answer = await answerOf(worker, LONG_PATIENCE);
  if (answer !== "ready") throw new Error(`A process of the campaign did not start: ${answer}`);
  return worker;
}

/** Text: why there is no result. */
async function ask(worker: ChildProcess, number: number): Promise<Result | string> {
  const answer = answerOf(worker, goesByCommand(number) ? LONG_PATIENCE : PATIENCE);
  worker.send(number);
  return await answer;
}

function answerOf(worker: ChildProcess, patience: number): Promise<Result | string> {
  return new Promise((resolve) => {
    const settle = (answer: Result | string) => {
      clearTimeout(timer);
      worker.off("message", onMessage);
      worker.off("exit", onExit);
      resolve(answer);
    };
    const onMessage = (message: unknown) => settle(message as Result | "ready");
    const onExit = (status: number | null, signal: string | null) =>
      settle(`The process ended (${signal ?? `status ${status}`}).`);
    const timer = setTimeout(
      () => settle(`There is no answer after ${patience / 1_000} s: it hangs.`),
      patience,
    );
    worker.on("message", onMessage);
    worker.on("exit", onExit);
  });
}
