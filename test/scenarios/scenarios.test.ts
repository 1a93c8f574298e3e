import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { changeWindows } from "../../src/cli/configuration/configuration.ts";
import { milliseconds } from "../../src/model/duration.ts";
import type { Policy } from "../../src/plan/input.ts";
import type { Subject } from "../../src/reconcile/subject.ts";
import { type Report, render } from "../../src/report/report.ts";
import { allowing } from "../plan/builders.ts";
import { openPractice, type Practice } from "../reconcile/practice-tenant.ts";
import { filled, readTenantFile, steady, type TenantFile, variablesOf } from "./tenant-file.ts";
import { openVaults } from "./vaults.ts";

const folders = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    title: name.replaceAll("-", " "),
    folder: join(import.meta.dirname, name),
  }));

test.for(folders)("$title", async ({ folder }) => {
  const file = (name: string) => join(folder, name);
  const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
  const { given, certificates } = await readTenantFile(read("tenant.yaml"));
  await using vaults = given.vaults ? await openVaults(given) : null;
  await using practice = await openPractice({
    variables: given.variables ?? {},
    ...(vaults && { keyVaults: vaults }),
  });
  const { control } = practice.sandbox;
  for (const [name, value] of variablesOf(certificates)) practice.setEnv(name, value);
  if (given.userFlows) control.setState({ userFlows: given.userFlows });
  if (existsSync(file("before"))) {
    use(practice, file("before"));
    for (const fault of given.faultsBefore ?? []) control.injectFault(fault);
    await practice.run();
  }
  practice.clock.advance(milliseconds(given.later ?? "0s"));
  if (existsSync(file("live.yaml"))) {
    control.setState(filled(read("live.yaml"), certificates, "thumbprint"));
  }
  for (const [flow, apiConnectors] of Object.entries(given.stepsByHand ?? {})) {
    control.changeUserFlow(flow, { apiConnectors: apiConnectors ?? {} });
  }
  for (const flow of given.flowsDeletedByHand ?? []) control.deleteUserFlow(flow);
  vaults?.goOn();
  use(practice, file("definitions"));
  for (const [name, value] of Object.entries(given.env ?? {})) practice.setEnv(name, value);
  for (const fault of given.faults ?? []) control.injectFault(fault);
  const { mode = "apply" } = given;
  const over = { policy: policyOf(given), mode, ...(mode === "report" && { writer: null }) };
  const modes = new Map([["practice", mode]]);
  const shown = (report: Report) => steady(text(report, modes), certificates);
  const plans = [await practice.plan(over)];
  await expect(shown({ type: "plans", plans })).toMatchFileSnapshot(file("plan.txt"));
  const runs = [await practice.run(over)];
  await expect(shown({ type: "runs", runs })).toMatchFileSnapshot(file("run.txt"));
});

function policyOf({ allow, limits, deleteAfter, windows = [] }: TenantFile): Policy {
  const standard = allowing(allow ?? ["adopt", "create", "update"]);
  return {
    ...standard,
    limits: { ...standard.limits, ...limits },
    windows: changeWindows({ windows }),
    ...(deleteAfter !== undefined && { deleteAfter: milliseconds(deleteAfter) }),
  };
}

function use({ define }: Practice, definitions: string): void {
  const names = globSync("**/*.yaml", { cwd: definitions });
  define(Object.fromEntries(
    names.map((name) => [name, readFileSync(join(definitions, name), "utf8")]),
  ));
}

function text(report: Report, modes: ReadonlyMap<string, Subject["mode"]>): string {
  return render(report, "text", { colour: false, width: 80, modes });
}
