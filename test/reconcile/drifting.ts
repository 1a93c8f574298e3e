/** A managed connector that somebody changes by hand, and how that is told afterwards. */
import type { Drift } from "../../src/model/generated/drift.ts";
import { type Accepting, acceptDrift } from "../../src/reconcile/accept.ts";
import { connector, openPractice, type Practice } from "./practice-tenant.ts";

export const hour = 3_600_000;
export const elsewhere = "https://elsewhere.example/";
export const reporting = { mode: "report", writer: null } as const;
const { signal } = new AbortController();

/** One managed connector. */
export async function managed(): Promise<Practice> {
  const practice = await openPractice();
  practice.define({ "a.yaml": connector("a") });
  await practice.run();
  return practice;
}

/** A run that only looks. */
export async function look(practice: Practice, after = 60_000): Promise<readonly Drift[]> {
  await practice.run(reporting, { isApply: false, after });
  return await drifts(practice);
}

/** All that is known. */
export async function drifts(practice: Practice): Promise<readonly Drift[]> {
  await using store = await practice.openStore();
  return (await store.recall(practice.subject().tenant)).drifts;
}

/** Such as `a spec.targetUrl resolved 3 by us`. */
export const short = ({ name, path, state, runs, resolvedBy }: Drift) =>
  `${name} ${path || "whole"} ${state} ${runs}${resolvedBy ? ` by ${resolvedBy}` : ""}`;

/** By hand. */
export function change({ sandbox }: Practice, targetUrl = elsewhere): void {
  sandbox.control.changeConnector("a", { targetUrl });
}

/** A person's word about the URL that is live. */
export const accepting = {
  name: "a",
  path: "spec.targetUrl",
  until: "2026-08-21T08:00:00.000Z",
  by: "somebody",
  reason: "the web hook moves first",
};
export const accept = (practice: Practice, over: Partial<Accepting> = {}) =>
  acceptDrift(practice.subject(), { ...accepting, ...over }, () => undefined, signal);
