/** A whole report, in words that hold for every format. */
import type { Fault } from "../model/fault.ts";
import type { Plan, Run } from "../model/generated/run.ts";
import { worst } from "../model/result.ts";
import { type FaultView, faultView } from "./change-view.ts";
import { planView, runView, type TenantView } from "./tenant-view.ts";
import type { ViewOptions } from "./view-options.ts";
import { plural, resultTones, type Tone } from "./wording.ts";

export interface TenantsView {
  readonly type: "tenants";
  readonly stage: "plan" | "run";
  readonly title: string;
  /** How it stands over all tenants. */
  readonly sentence: string;
  readonly tone: Tone;
  readonly tenants: readonly TenantView[];
}

export interface FaultsView {
  readonly type: "faults";
  readonly title: string;
  readonly sentence: string;
  readonly tone: Tone;
  /** By file, in the order in which they were found; null for those without a place. */
  readonly groups: readonly {
    readonly file: string | null;
    readonly faults: readonly FaultView[];
  }[];
}

export type View = TenantsView | FaultsView;

/** How much was looked at. */
export interface Checked {
  readonly files?: number;
  readonly definitions: number;
  readonly tenants: number;
}

export function plansView(plans: readonly Plan[], options: ViewOptions): TenantsView {
  const tenants = plans.map((plan) => planView(plan, options));
  return { type: "tenants", stage: "plan", title: "Plumbline plan", ...overall(tenants), tenants };
}

export function runsView(
  runs: readonly Run[],
  nextRuns: ReadonlyMap<string, string>,
  options: ViewOptions,
): TenantsView {
  const tenants = runs.map((run) => runView(run, nextRuns.get(run.tenant) ?? null, options));
  return { type: "tenants", stage: "run", title: "Plumbline run", ...overall(tenants), tenants };
}

function overall(tenants: readonly TenantView[]): { sentence: string; tone: Tone } {
  const results = tenants.map(({ result }) => result);
  const [only] = tenants;
  if (only === undefined) return { sentence: "No tenant was looked at.", tone: "quiet" };
  if (tenants.length === 1) return { sentence: only.sentence, tone: only.tone };
  const counts = [...new Set(results)]
    .map((result) => `${results.filter((other) => other === result).length} ${result}`)
    .join(", ");
  return {
    sentence: `${plural(tenants.length, "tenant")}: ${counts}.`,
    tone: overallTone(resultTones[worst(results)], tenants),
  };
}

/** All may match git, and one still have something to tell. */
function overallTone(tone: Tone, tenants: readonly TenantView[]): Tone {
  if (tone !== "good") return tone;
  return tenants.find((tenant) => tenant.tone !== "good")?.tone ?? tone;
}

export function faultsView(faults: readonly Fault[], checked: Checked): FaultsView {
  const views = faults.map(faultView);
  const files = [...new Set(views.map(({ file }) => file))];
  return {
    type: "faults",
    title: "Plumbline validation",
    sentence: faultsSentence(faults, checked),
    tone: faults.some(({ severity }) => severity === "error")
      ? "bad"
      : faults.length > 0
        ? "update"
        : "good",
    groups: files.map((file) => ({ file, faults: views.filter((view) => view.file === file) })),
  };
}

function faultsSentence(faults: readonly Fault[], checked: Checked): string {
  const files = checked.files === undefined ? "" : ` in ${plural(checked.files, "file")}`;
  const scope = `${plural(checked.definitions, "definition")}${files} for ${plural(checked.tenants, "tenant")}`;
  const errors = faults.filter(({ severity }) => severity === "error").length;
  const warnings = faults.length - errors;
  if (faults.length === 0) return `Valid: ${scope}.`;
  const found = [
    ...(errors > 0 ? [plural(errors, "error")] : []),
    ...(warnings > 0 ? [plural(warnings, "warning")] : []),
  ];
  // What was refused before anything was looked at.
  if (checked.tenants === 0) return `${found.join(" and ")}.`;
  return `${errors > 0 ? "Not valid" : "Valid"}: ${found.join(" and ")}; checked ${scope}.`;
}
