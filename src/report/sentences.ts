/** How a tenant stands, in one sentence. */
import type { Plan, Result, Run } from "../model/generated/run.ts";
import { moment } from "./instants.ts";
import { name } from "./printable.ts";
import type { ViewOptions } from "./view-options.ts";
import { namesText } from "./wording.ts";

/** How a tenant stands, of a plan. */
export function planSentence(plan: Plan, result: Result, { restoring }: ViewOptions): string {
  if (restoring !== undefined && result === "drift") return differsFromEarlier;
  if (restoring !== undefined && result === "clean") {
    return isWholly(plan) ? matchesEarlier : matchesInPart;
  }
  if (isForCertificates(plan, result)) return certificatesAlone;
  return acceptedSentence(plan, result) ?? resultSentence(result, "plan");
}

/** How a tenant stands after a run. */
export function runSentence(run: Run, wrote: boolean, timezone: string | undefined): string {
  const { plan, outcomes, faults, result, restore } = run;
  if (restore) {
    // Somebody may have suspended it for longer.
    const ends = (plan?.suspended ?? []).flatMap((one) =>
      one.name !== null && restore.names.includes(one.name) ? one.until : [],
    );
    const until = moment([restore.until, ...ends].toSorted().at(-1) ?? "", timezone);
    const isWhole = plan === null || isWholly(plan);
    const told = restoredSentences(restore.names.map(name), until, isWhole)[result];
    if (told !== undefined) return told;
  }
  const trusted = (plan?.secrets ?? []).filter(
    (secret) => secret.state === "trusted" && secret.run === run.id,
  );
  if (trusted.length > 0) return trustedSentence(trusted.map((secret) => name(secret.name)));
  const held = (plan?.held ?? []).map(({ reason }) => reason.code);
  const asked = held.includes("scope") ? askedSentences[result] : undefined;
  const isHeldAlone =
    result === "partial" &&
    held.some((code) => code === "secret" || code === "certificate") &&
    outcomes.every((outcome) => outcome.result === "done") &&
    faults.every(({ severity }) => severity === "warning");
  if (isHeldAlone) return unusableSecrets;
  const announced = held.includes("announced") ? announcedSentences[result] : undefined;
  const accepted = acceptedSentence(plan, result);
  return asked ?? announced ?? accepted ?? resultSentence(result, wrote ? "wrote" : "read");
}

/** In the place of a match that leaves out what a person has accepted. */
function acceptedSentence(plan: Plan | null, result: Result): string | undefined {
  if ((plan?.accepted ?? []).length === 0) return undefined;
  const sentences: Readonly<Partial<Record<Result, string>>> = {
    clean: "The tenant matches git, but for what is accepted.",
    converged:
      "The tenant was brought in line with git and verified by reading back, but for what is accepted.",
  };
  return sentences[result];
}

/** Nothing that apply could change differs. */
function isForCertificates({ changes, held }: Plan, result: Result): boolean {
  const isCertificate = ({ reason, fields }: Plan["held"][number]) =>
    reason.code === "certificate" && fields.length === 0;
  return result === "drift" && changes.length === 0 && held.every(isCertificate);
}

/** In the place of a difference, where there is none. */
const certificatesAlone = "The tenant matches git, but a certificate in git can no longer be used.";

/** In the place of the result of a run that was asked for some definitions by name. */
const askedSentences: Readonly<Partial<Record<Result, string>>> = {
  clean: "What was asked for matches git; the rest was left alone.",
  converged:
    "What was asked for was brought in line with git and verified by reading back; the rest was left alone.",
};

/** In the place of a result that leaves out what waits for its time. */
const announcedSentences: Readonly<Partial<Record<Result, string>>> = {
  clean: "The tenant matches git, but for what is announced to be deleted.",
  converged:
    "The tenant was brought in line with git and verified by reading back, but for what is announced to be deleted.",
};

/** In the place of a difference from git. */
const differsFromEarlier = "The tenant differs from the earlier state.";
const matchesEarlier = "The tenant matches the earlier state.";
const matchesInPart =
  "Nothing can be brought back: what is known of the earlier state is in the tenant, and the rest is told below.";

/** Whether nothing of the earlier state was lost, as warnings would say. */
function isWholly({ faults }: Plan): boolean {
  return faults.every(({ code }) => code !== "unverified");
}

/** In the place of being in line with git. */
function restoredSentences(
  names: readonly string[],
  until: string,
  isWhole: boolean,
): Readonly<Partial<Record<Result, string>>> {
  const what = namesText(names);
  const left = `left alone until ${until}: bring git to the same state by then, or plumbline resume ends it`;
  return {
    clean: isWhole
      ? `${what}: already as it was then; nothing had to be written.`
      : `${what}: nothing could be brought back; why is told below.`,
    converged: `${what}: brought back, verified by reading back, and ${left}.`,
  };
}

/** In the place of a failure, where nothing else went wrong. */
const unusableSecrets =
  "A secret or a certificate cannot be used; whatever else differed was applied.";

function trustedSentence(names: readonly string[]): string {
  const whose = names.length === 1 ? "password" : "passwords";
  return `The live ${whose} of ${names.join(", ")} ${names.length === 1 ? "was" : "were"} recorded as right; nothing was written to the tenant.`;
}

/** What a result means: of a plan, of a run that wrote, or of a run that did not. */
export function resultSentence(result: Result, stage: "plan" | "wrote" | "read"): string {
  switch (result) {
    case "clean":
      return "The tenant matches git.";
    case "converged":
      return "The tenant was brought in line with git and verified by reading back.";
    case "drift":
      return stage === "plan"
        ? "The tenant differs from git."
        : "The tenant differs from git; this run changed nothing.";
    case "invalid":
      return "The definitions or the configuration have errors; nothing is applied.";
    case "refused":
      return stage === "wrote"
        ? "Part of the plan was held back; the rest was applied."
        : "Held back; nothing was applied.";
    case "partial":
      return "Something failed, was not attempted or could not be verified.";
    case "unreadable":
      return "The tenant could not be read in full.";
    case "failed":
      return "Plumbline itself failed.";
    default:
      return result satisfies never;
  }
}
