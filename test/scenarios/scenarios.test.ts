import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Subject } from "../../src/reconcile/subject.ts";
import { type Report, render } from "../../src/report/report.ts";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { allowing } from "../plan/builders.ts";
import { openPractice, type Practice } from "../reconcile/practice-tenant.ts";

/** tenant.yaml: what differs from a tenant in which everything is allowed and every secret is set. */
interface TenantFile {
  readonly allow?: Subject["policy"]["allow"];
  readonly mode?: Subject["mode"];
  readonly variables?: Readonly<Record<string, string>>;
  /** Values of secrets; null: not set. */
  readonly env?: Readonly<Record<string, string | null>>;
  readonly faults?: readonly InjectedFault[];
  /** Those of the run of `before`. */
  readonly faultsBefore?: readonly InjectedFault[];
}

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    title: name.replaceAll("-", " "),
    folder: join(import.meta.dirname, name),
  }));

test.for(folders)("$title", async ({ folder }) => {
  const file = (name: string) => join(folder, name);
  const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
  const given: TenantFile = parse(read("tenant.yaml")) ?? {};
  await using practice = await openPractice({ variables: given.variables ?? {} });
  const { control } = practice.sandbox;
  if (existsSync(file("before"))) {
    use(practice, file("before"));
    for (const fault of given.faultsBefore ?? []) control.injectFault(fault);
    await practice.run();
  }
  if (existsSync(file("live.yaml"))) control.setState(read("live.yaml"));
  use(practice, file("definitions"));
  for (const [name, value] of Object.entries(given.env ?? {})) practice.setEnv(name, value);
  for (const fault of given.faults ?? []) control.injectFault(fault);
  const { allow = ["adopt", "create", "update"], mode = "apply" } = given;
  const over = { policy: allowing(allow), mode, ...(mode === "report" && { writer: null }) };
  const plans = [await practice.plan(over)];
  const modes = new Map([["practice", mode]]);
  await expect(text({ type: "plans", plans }, modes)).toMatchFileSnapshot(file("plan.txt"));
  const runs = [await practice.run(over)];
  await expect(text({ type: "runs", runs }, modes)).toMatchFileSnapshot(file("run.txt"));
});

function use({ define }: Practice, definitions: string): void {
  const names = globSync("**/*.yaml", { cwd: definitions });
  define(Object.fromEntries(
    names.map((name) => [name, readFileSync(join(definitions, name), "utf8")]),
  ));
}

function text(report: Report, modes: ReadonlyMap<string, Subject["mode"]>): string {
  return render(report, "text", { colour: false, width: 80, modes });
}
