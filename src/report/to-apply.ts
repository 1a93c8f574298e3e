/** What a person does with a plan that was looked at. */
import type { Plan } from "../model/generated/run.ts";
import { name } from "./printable.ts";
import type { ViewOptions } from "./view-options.ts";

/** Before the command that applies what was looked at. */
const toApplyNow = "To apply exactly this plan:";
const toApplyLater = "To apply exactly this plan once a change window is open:";

/** Before the command that lifts a limit of deletes. */
const toLift = "To delete once what the limit holds, and apply the rest of this plan:";

/** What stands in the place of a command that could only be refused. */
const reportOnly =
  "This tenant is in mode: report. Set mode: apply in plumbline.yaml to carry this out.";

/** What a person does to have a plan carried out. */
export interface ToApply {
  readonly sentence: string;
  /** null when no command helps. */
  readonly command: string | null;
}

/** Empty when there is nothing that apply could do. */
export function nextSteps(
  plan: Plan,
  { program = "plumbline", modes, allowEarlierExpiry = [], restoring }: ViewOptions,
): readonly ToApply[] {
  const { tenant, digest, changes, held } = plan;
  const isLimited = held.some(({ op, reason }) => op === "delete" && reason.code === "limit");
  const isWindowed = held.some(({ reason }) => reason.code === "window");
  if (changes.length === 0 && !isLimited && !isWindowed) return [];
  if (modes?.get(tenant) === "report") return [{ sentence: reportOnly, command: null }];
  // A plan that was made with them is refused without them.
  const allowed = allowEarlierExpiry.map((one) => ` --allow-earlier-expiry ${name(one)}`).join("");
  const verb = restoring === undefined ? "apply" : `restore ${name(restoring)}`;
  const why = restoring === undefined ? "" : ' --reason "..."';
  const command = `${program} ${verb} --tenant ${name(tenant)} --plan ${name(digest)}${allowed}${why}`;
  const lifting = `${command} --lift deletes${why === "" ? ' --reason "..."' : ""}`;
  return [
    ...(changes.length > 0 ? [{ sentence: toApplyNow, command }] : []),
    ...(isWindowed ? [{ sentence: toApplyLater, command }] : []),
    ...(isLimited ? [{ sentence: toLift, command: lifting }] : []),
  ];
}
