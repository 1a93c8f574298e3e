/** An earlier state as the definition that would bring it back. */
import { CERTIFICATE_PATH, PASSWORD_PATH } from "../model/definition.ts";
import type { KeptSource, Snapshot, UserFlowSnapshot } from "../model/generated/audit.ts";
import { joinUrl } from "../model/query.ts";
import { literal, userFlowYaml, yamlOf } from "./definition-text.ts";

export type RestoredText = { readonly text: string } | { readonly problem: string };

/**
 * That of a user flow: each step calls the very connector that it called then, by the name that it has
 * in git or else by its id.
 */
export function restoredFlowText(
  name: string,
  { apiConnectors }: UserFlowSnapshot,
  nameOf: (id: string) => string | null,
): RestoredText {
  const called = Object.entries(apiConnectors).map(([step, connector]) => [
    step,
    connector && (nameOf(connector.id) ?? { id: literal(connector.id) }),
  ]);
  return { text: userFlowYaml({ name, steps: Object.fromEntries(called), schema: null }) };
}

interface Wanted {
  readonly name: string;
  readonly state: Snapshot;
  /** What the write that is undone made of it: it says where a secret comes from when nothing else does. */
  readonly later: Snapshot | null;
  /** As git says now; empty where it says nothing. */
  readonly policy: object;
}

/** `problem` says, as a sentence, what of it was not kept and cannot be said. */
export function restoredText({ name, state, later, policy }: Wanted): RestoredText {
  const { displayName, targetUrl } = state;
  const texts = [displayName, targetUrl, state.authentication.username];
  if (displayName === null || targetUrl === null) {
    return { problem: `${name} had no displayName or no targetUrl.` };
  }
  if (texts.some((text) => /[[(]redacted[\])]/.test(text ?? ""))) {
    return { problem: `${name} held a secret in a text that everybody sees, which was not kept.` };
  }
  const query = queryOf(state, later);
  if ("problem" in query) return { problem: `${name}: ${query.problem}` };
  const authentication = authenticationOf(state, later);
  if (authentication === null) {
    return { problem: `${name}: where its ${secretName(state)} came from is not known.` };
  }
  const url = joinUrl({ base: targetUrl, query: query.literals });
  const spec = { displayName, targetUrl: url, query: query.references, authentication };
  return { text: yamlOf({ name, spec, policy, schema: null }) };
}

function secretName({ authentication: { type } }: Snapshot): string {
  if (type === "other") return "authentication, which is of no kind that a definition can say,";
  return type === "basic" ? "password" : "certificate";
}

interface Query {
  readonly literals: readonly { readonly key: string; readonly value: string }[];
  readonly references: Readonly<Record<string, object>>;
}

function queryOf(state: Snapshot, later: Snapshot | null): Query | { readonly problem: string } {
  const literals: { key: string; value: string }[] = [];
  const references: Record<string, object> = {};
  for (const { key, source, fingerprint } of state.query) {
    const same = later?.query.find((one) => one.key === key && one.fingerprint === fingerprint);
    const known = source ?? same?.source ?? null;
    if (known === null) {
      return { problem: `where the value of ${key} in its URL came from is not known.` };
    }
    if ("literal" in known) literals.push({ key, value: known.literal });
    else references[key] = known;
  }
  return { literals, references };
}

/** null when it cannot be said. */
function authenticationOf({ authentication }: Snapshot, later: Snapshot | null): object | null {
  const { type, username } = authentication;
  const others = later?.authentication.type === type ? later.authentication.sources : {};
  const own = authentication.sources;
  const sources = Object.keys(own).length > 0 ? own : others;
  if (type === "basic") {
    const password = sources[PASSWORD_PATH];
    return password ? { basic: { username: literal(username ?? ""), password } } : null;
  }
  const parts = Object.entries(sources).map(([at, source]): [string, KeptSource] => [
    at.slice(CERTIFICATE_PATH.length + 1),
    source,
  ]);
  return type === "certificate" && parts.length > 0
    ? { certificate: Object.fromEntries(parts) }
    : null;
}
