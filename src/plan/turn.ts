/** When time alone changes what a plan says, so that until then the same input gives the same plan. */
import { CERTIFICATE_PATH } from "../model/definition.ts";
import type { LiveCertificate } from "../model/live.ts";
import { certificatesOf, UPLOAD_AGAIN_AFTER } from "./certificate.ts";
import { liveConnectors, type PlanInput } from "./input.ts";
import { toMilliseconds } from "./instant.ts";
import { CONTESTED_WITHIN } from "./password.ts";
import { deletedAt } from "./policy.ts";
import { windowState } from "./windows.ts";

/**
 * The first instant after the one of the input, in milliseconds since 1970, at which anything may
 * change: a certificate that begins or ends or comes near its end, a password that is overdue, older
 * certificates that retire, a password that others contest, an announced delete, a suspension or an acceptance that ends, a change
 * window. Infinity when there is none. What was begun and is waited for is left out.
 */
export function nextTurn(input: PlanInput): number {
  const now = toMilliseconds(input.now);
  const { suspensions, acceptances } = input.memory;
  const ends = [...suspensions, ...acceptances].map(({ until }) => toMilliseconds(until));
  const turns = [
    ...certificateTurns(input),
    ...policyTurns(input),
    ...deleteTurns(input),
    ...input.outside.changes.map(({ seenAt }) => toMilliseconds(seenAt) + CONTESTED_WITHIN),
    ...ends,
    windowState(input.policy.windows, now).turn,
  ];
  return Math.min(...turns.filter((turn) => turn > now), Infinity);
}

function certificateTurns({ observations, desired, policy }: PlanInput): readonly number[] {
  const live = liveConnectors(observations).flatMap(({ authentication }) =>
    certificatesOf(authentication),
  );
  const own = desired.flatMap(({ certificate }) => certificate ?? []);
  const turnsOf = ({ notBefore, notAfter }: Pick<LiveCertificate, "notBefore" | "notAfter">) => {
    const end = notAfter * 1_000;
    return [notBefore * 1_000, end, ...policy.expiryWarnings.map((step) => end - step)];
  };
  return [...live, ...own].flatMap(turnsOf);
}

function deleteTurns({ memory, policy }: PlanInput): readonly number[] {
  return memory.ledger.flatMap(({ announcedAt }) =>
    announcedAt === null ? [] : deletedAt(announcedAt, policy.deleteAfter),
  );
}

/**
 * Counted from whatever instant a rule may count from, for every secret in the ledger: which of them
 * belongs to which definition is not known before they are matched.
 */
function policyTurns({ desired, memory }: PlanInput): readonly number[] {
  const policies = desired.map(({ definition }) => definition.policy);
  const begins = desired.flatMap(({ certificate }) =>
    certificate === null ? [] : certificate.notBefore * 1_000,
  );
  const retiring = distinct(policies.map(({ retireAfter }) => retireAfter));
  const reasserting = distinct(policies.map(({ reassertEvery }) => reassertEvery));
  const secrets = memory.ledger.flatMap((entry) => Object.entries(entry.secrets));
  const counted = secrets.flatMap(([path, { trustedAt, assertedAt, recordedAt }]) => {
    const since = distinct([trustedAt, assertedAt, recordedAt]).map(toMilliseconds);
    const periods = path === CERTIFICATE_PATH ? [...retiring, UPLOAD_AGAIN_AFTER] : reasserting;
    return since.flatMap((at) => periods.map((period) => at + period));
  });
  return [...counted, ...begins.flatMap((at) => retiring.map((period) => at + period))];
}

function distinct<T>(values: readonly (T | null)[]): readonly T[] {
  return [...new Set(values)].filter((value) => value !== null);
}
