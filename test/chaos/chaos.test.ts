import { expect, test, vi } from "vitest";
import { makePool } from "../../chaos/certificates.ts";
import type { Spoil } from "../../chaos/engine.ts";
import { runSeed } from "../../chaos/seed.ts";

// A seed takes a tenth of a second, and much longer on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const pool = await makePool();

/** The first problem that a short campaign finds in an engine with this fault, in one line. */
async function firstProblem(spoil: Spoil, from = 0, most = 12): Promise<string | null> {
  for (let seed = from; seed < from + most; seed += 1) {
    // It starts a process of its own: that takes as long as several others.
    if (seed % 20 === 7) continue;
    const { problem } = await runSeed(seed, { pool, spoil });
    if (problem !== null) return problem.split("\n", 1)[0] ?? "";
  }
  return null;
}

test("the same seed has the same course", async () => {
  const [one, other] = [await runSeed(4, { pool }), await runSeed(4, { pool })];
  expect(one.course.length).toBeGreaterThan(10);
  expect(one.problem).toBeNull();
  expect(other).toEqual(one);
});

test("a writer that creates twice is found", async () => {
  const problem = await firstProblem(({ writer, ...subject }) => ({
    ...subject,
    writer: writer && {
      ...writer,
      async create(...given) {
        await writer.create(...given);
        return writer.create(...given);
      },
    },
  }));
  expect(problem).toMatch(/^Violation: /);
});

test("a store that keeps no journal is found", async () => {
  const problem = await firstProblem(
    ({ store, ...subject }) => ({
      ...subject,
      store: {
        ...store,
        begin: async () => 0,
        answer: (tenant, _key, _id, ...rest) => store.settle(tenant, null, "", ...rest),
        settle: (tenant, _key, ...rest) => store.settle(tenant, null, ...rest),
      },
    }),
    // What a dead process leaves open is rarely all that tells whose a connector is: in one seed of
    // fifty or so, and the first of these is 76.
    76,
    200,
  );
  expect(problem).toMatch(/^Violation: /);
});

test("a listing that is answered in half is found", async () => {
  const problem = await firstProblem(({ reader, ...subject }) => ({
    ...subject,
    reader: { ...reader, list: async (...given) => (await reader.list(...given)).slice(1) },
  }));
  expect(problem).toMatch(/^Violation: /);
});

test("a reader that shows no user flow is found", async () => {
  const problem = await firstProblem(({ reader, ...subject }) => ({
    ...subject,
    reader: { ...reader, userFlows: async () => [] },
  }));
  expect(problem).toMatch(/^Violation: /);
});

test("a writer that unbinds a step before it binds it is found", async () => {
  const problem = await firstProblem(({ writer, ...subject }) => ({
    ...subject,
    writer: writer && {
      ...writer,
      async bind(flow, step, ...given) {
        await writer.bind(flow, step, null);
        return writer.bind(flow, step, ...given);
      },
    },
  }));
  expect(problem).toBe("Violation: A step is bound in one request");
});

test("a redactor that takes nothing out is found", async () => {
  const problem = await firstProblem((subject) => ({
    ...subject,
    redactor: { add: () => undefined, redact: (text) => text },
  }));
  expect(problem).toMatch(/^Violation: No secret is printed/);
});
