/** What of an earlier state cannot be brought back, and whoever restores it should know. */
import { CERTIFICATE_PATH, PASSWORD_PATH } from "../model/definition.ts";
import type { Fault } from "../model/fault.ts";
import type { Snapshot } from "../model/generated/audit.ts";
import type { Earlier, PlanInput } from "./input.ts";
import type { Absent, Paired } from "./match.ts";

/** Warnings about one definition; none when it is not restored. */
export function restoredWarnings(
  found: Paired | Absent,
  { asked }: Pick<PlanInput, "asked">,
): readonly Fault[] {
  const { name, at } = found.desired.definition;
  const earlier = Object.hasOwn(asked.restored, name) ? asked.restored[name] : undefined;
  if (!earlier?.state || !("query" in earlier.state)) return [];
  const messages = [
    ...identityOf(found, name, earlier),
    ...secretsOf(found, earlier.state),
    ...laterOf(name, earlier),
  ];
  return messages.map((message) => ({ severity: "warning", code: "unverified", message, at }));
}

/** Microsoft Graph makes the id, and user flows hold on to it. */
function identityOf(found: Paired | Absent, name: string, { id }: Earlier): readonly string[] {
  if (found.type !== "absent") return [];
  const before = id === null ? "" : ` Its id was ${id}.`;
  return [
    `${name} is created anew and gets a new id.${before} User flows that called it do not find it: bind them to the new one.`,
  ];
}

/** A source may hold another value by now; the values of then are kept nowhere. */
function secretsOf({ desired, type }: Paired | Absent, state: Snapshot): readonly string[] {
  const { definition, secrets } = desired;
  const { query, authentication } = definition;
  const path = authentication.type === "basic" ? PASSWORD_PATH : CERTIFICATE_PATH;
  const what = authentication.type === "basic" ? "password" : "certificate";
  const then = new Map(state.query.map(({ key, fingerprint }) => [key, fingerprint]));
  const isOther = (at: string, fingerprint: string | null) => {
    const secret = secrets[at];
    // One that was never known matters only where it is sent.
    if (fingerprint === null && type !== "absent") return false;
    return secret !== undefined && "fingerprint" in secret && secret.fingerprint !== fingerprint;
  };
  const keys = query.filter(({ key, value }) => isOther(value.path, then.get(key) ?? null));
  const isOtherSecret = isOther(path, state.authentication.fingerprint);
  return [
    ...keys.map(({ key, value }) => otherValue(`value of ${key} in the URL`, secrets[value.path])),
    ...(isOtherSecret ? [otherValue(what, secrets[path])] : []),
  ].map((text) => `${definition.name}: ${text}`);
}

/** Whoever undoes one change undoes those that came after it. */
function laterOf(name: string, { later }: Earlier): readonly string[] {
  if (later === 0) return [];
  const changes = later === 1 ? "1 later change" : `${later} later changes`;
  return [`${name}: ${changes} of it ${later === 1 ? "is" : "are"} undone as well.`];
}

function otherValue(what: string, secret: { readonly source: string } | undefined): string {
  return `the ${what} of then is not known to be what its source (${secret?.source}) holds now; where it is sent, that of now is sent.`;
}
