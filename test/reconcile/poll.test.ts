import { expect, test } from "vitest";
import { poll } from "../../src/reconcile/writing/poll.ts";
import { handClock } from "./practice-tenant.ts";

const never = new AbortController().signal;

/** The instants, in milliseconds since the start, at which something that never shows is looked for. */
async function instants(wait: number, stopping = never): Promise<readonly number[]> {
  const clock = handClock();
  const started = clock.now().getTime();
  const tried: number[] = [];
  await poll(clock, started + wait, stopping, async () => {
    tried.push(clock.now().getTime() - started);
    return null;
  });
  return tried;
}

test.for([
  { wait: 5_000, want: [0, 250, 750, 1_750, 3_750, 5_000] },
  { wait: 9_000, want: [0, 250, 750, 1_750, 3_750, 5_750, 7_750, 9_000] },
  { wait: 100, want: [0, 100] },
  { wait: 0, want: [0] },
  { wait: -1, want: [0] },
])("within $wait ms it is looked for at $want", async ({ wait, want }) => {
  expect(await instants(wait)).toEqual(want);
});

test("the first answer ends the waiting", async () => {
  const clock = handClock();
  const answers = [null, "found", "never asked for"];
  const found = await poll(
    clock,
    clock.now().getTime() + 5_000,
    never,
    async () => answers.shift() ?? null,
  );
  expect(found).toBe("found");
  expect(answers).toEqual(["never asked for"]);
});

test("stopping ends the waiting after the try in hand", async () => {
  expect(await instants(5_000, AbortSignal.abort())).toEqual([0]);
});

test("a try that fails ends the waiting with its error", async () => {
  const clock = handClock();
  const broken = poll(clock, clock.now().getTime() + 5_000, never, () =>
    Promise.reject(new Error("broken")),
  );
  await expect(broken).rejects.toThrow("broken");
});
