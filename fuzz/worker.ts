// A process that looks at the files whose numbers it is told, one at a time.
import { type Answer, examine, examineByCommand } from "./examine.ts";
import { judge, LONGEST, type Verdict } from "./oracle.ts";
import { goesByCommand, specimenOf } from "./specimen.ts";
import { openWorkspace } from "./workspace.ts";

/** Of one file, to the process that leads the campaign. */
export interface Result extends Verdict {
  readonly milliseconds: number;
}

const workspace = openWorkspace();
process.on("exit", () => workspace[Symbol.dispose]());
// Whoever stops the campaign by Ctrl+C stops this process too, which still tidies up.
for (const end of ["disconnect", "SIGINT", "SIGTERM"]) process.on(end, () => process.exit());
process.on("message", async (number: number) => tell(await resultOf(number)));

/** Whoever asked may be gone by now, which is no error here. */
function tell(what: Result | "ready"): void {
  process.send?.(what, undefined, {}, () => undefined);
}

async function resultOf(number: number): Promise<Result> {
  const specimen = specimenOf(number);
  const judged = (answer: Answer) => judge(answer, specimen.bytes, workspace.textOf);
  const answer = await patiently(() => examine(specimen, workspace));
  const verdict = judged(answer);
  const byCommand = goesByCommand(number)
    ? judged(await examineByCommand(specimen, workspace))
    : verdict;
  const complaints = [...new Set([...verdict.complaints, ...byCommand.complaints])];
  return { stage: verdict.stage, complaints, milliseconds: answer.milliseconds };
}

/** The first file of its kind has code compiled, and memory may have to be tidied up at any time. */
async function patiently(look: () => Promise<Answer>): Promise<Answer> {
  const first = await look();
  return first.milliseconds <= LONGEST ? first : await look();
}

/** Code is compiled, schemas too, before time counts; the answer says that this is done. */
await resultOf(1);
tell("ready");
