/** What is known of each secret that the definitions name: sent, changed at its source, compared, ... */
import { CERTIFICATE_PATH } from "../model/definition.ts";
import type { SecretState } from "../model/generated/run.ts";
import { describeSource, type SecretUse } from "../model/secret.ts";
import type { PlanInput } from "./input.ts";
import type { Match, Paired } from "./match.ts";
import { passwordStanding, type Standing } from "./password.ts";

/** In the order in which the definition names them; none for a match without a definition. */
export function secretStates(found: Match, input: PlanInput): readonly SecretState[] {
  if (!("desired" in found)) return [];
  const { definition, secrets } = found.desired;
  const { kind, name, query, authentication } = definition;
  const state = (path: string, use: SecretUse, standing: Standing): SecretState => ({
    kind,
    name,
    path,
    source: secrets[path]?.source ?? describeSource(use.source),
    ...standing,
  });
  const isReadable = (path: string) => "fingerprint" in (secrets[path] ?? {});
  const shown = (path: string): Standing =>
    isReadable(path) ? shownStanding(found, path) : unreadable;
  const keys = query
    .filter(({ value }) => value.source.type !== "literal")
    .map(({ value }) => state(value.path, value, shown(value.path)));
  if (authentication.type === "certificate") {
    return [...keys, state(CERTIFICATE_PATH, authentication.content, shown(CERTIFICATE_PATH))];
  }
  const { password } = authentication;
  const standing = isReadable(password.path) ? hiddenStanding(found, password, input) : unreadable;
  return [...keys, state(password.path, password, standing)];
}

const fresh: Standing = { state: "new", at: null, run: null, due: null };
const unreadable: Standing = { ...fresh, state: "unreadable" };

/** What Graph shows is compared at each run: nothing has to be remembered of it but who sent it. */
function shownStanding(found: Match, path: string): Standing {
  if (found.type !== "paired" || isNewTo(found, path)) return fresh;
  const known = found.known?.secrets[path];
  return { state: "compared", at: known?.assertedAt ?? null, run: known?.run ?? null, due: null };
}

function isNewTo({ live }: Paired, path: string): boolean {
  return path === CERTIFICATE_PATH && live.authentication.type !== "certificate";
}

function hiddenStanding(found: Match, password: SecretUse, input: PlanInput): Standing {
  if (found.type === "unseen") {
    const { assertedAt = null, run = null } = found.recorded.secrets[password.path] ?? {};
    return { state: "asserted", at: assertedAt, run, due: null };
  }
  if (found.type !== "paired" || found.live.authentication.type !== "basic") return fresh;
  return passwordStanding(found, password, input);
}
