/** What operators ask for on the page and by the API, on a real tenant. */
import { expect, test } from "vitest";
import { pageActs } from "../../../src/cli/serving/page-acts.ts";
import { seenDigest } from "../../../src/model/drift.ts";
import { change, elsewhere, look, managed } from "../../reconcile/drifting.ts";
import type { Practice } from "../../reconcile/practice-tenant.ts";

const unexpected = () => Promise.reject(new Error("Nobody was expected to run anything"));
const field = { name: "a", path: "spec.targetUrl" };
const word = {
  ...{ ...field, seen: seenDigest({ before: elsewhere }), until: "1h", reason: "they move" },
};

function actsOn(practice: Practice, stopping = new AbortController().signal) {
  const acting = { runNow: unexpected, clock: practice.clock, notify: () => undefined, stopping };
  return pageActs(() => practice.subject(), acting);
}

async function drifted(): Promise<Practice> {
  const practice = await managed();
  change(practice);
  await look(practice);
  return practice;
}

async function accepted(practice: Practice): Promise<readonly string[]> {
  await using store = await practice.openStore();
  const { acceptances } = await store.recall(practice.subject().tenant);
  return acceptances.map(({ by, reason }) => `${by}: ${reason}`);
}

test("what is no longer accepted can be asked for twice", async () => {
  await using practice = await drifted();
  const { accept, revoke } = actsOn(practice);
  await accept("practice", word, "ops");
  expect(await accepted(practice)).toEqual(["ops: they move"]);
  await revoke("practice", field, "ops");
  await revoke("practice", field, "ops");
  expect(await accepted(practice)).toEqual([]);
});

test("a reason is kept in one line, and one of blanks alone is none", async () => {
  await using practice = await drifted();
  const { accept } = actsOn(practice);
  await expect(accept("practice", { ...word, reason: " \r\n\t" }, "ops")).rejects.toMatchObject({
    fault: { code: "refused", message: expect.stringContaining("Say why") },
  });
  await accept("practice", { ...word, reason: " they move,\r\n\tgit follows " }, "ops");
  expect(await accepted(practice)).toEqual(["ops: they move, git follows"]);
});

test("what is accepted while the service stops is refused as that, and nothing is accepted", async () => {
  await using practice = await drifted();
  const stopping = AbortSignal.abort(new Error("Asked to stop."));
  await expect(actsOn(practice, stopping).accept("practice", word, "ops")).rejects.toMatchObject({
    fault: { code: "stopped", message: expect.stringContaining("nothing was accepted") },
  });
  expect(await accepted(practice)).toEqual([]);
});

test("what is being accepted when the service stops is broken off the same way", async () => {
  await using practice = await drifted();
  const stop = new AbortController();
  practice.sandbox.control.injectFault({ kind: "delay", milliseconds: 600_000, method: "GET" });
  const arrived = practice.sandbox.control.arrival("GET", /apiConnectors/);
  const accepting = actsOn(practice, stop.signal).accept("practice", word, "ops");
  await arrived;
  stop.abort(new Error("Asked to stop."));
  await expect(accepting).rejects.toMatchObject({ fault: { code: "stopped" } });
});

test("another value than the one that was seen is refused", async () => {
  await using practice = await drifted();
  const other = { ...word, seen: seenDigest({ before: "another" }) };
  await expect(actsOn(practice).accept("practice", other, "ops")).rejects.toMatchObject({
    fault: { code: "refused" },
  });
});

test("a value of which a part is not shown is not accepted by what is shown of it", async () => {
  await using practice = await managed();
  change(practice, "https://elsewhere.example/?code=theirs");
  const key = "spec.query.code";
  const drift = (await look(practice)).find(({ path }) => path === key);
  expect(drift?.before).toContain("(redacted)");
  const shown = { ...word, path: key, seen: seenDigest({ before: drift?.before ?? null }) };
  await expect(actsOn(practice).accept("practice", shown, "ops")).rejects.toMatchObject({
    fault: { code: "refused", message: expect.stringContaining("not all is shown") },
  });
  expect(await accepted(practice)).toEqual([]);
});
