/** When time alone changes what a plan says, so that until then the same input gives the same plan. */
import { CERTIFICATE_PATH } from "../model/definition.ts";
import type { LiveCertificate } from "../model/live.ts";
import { certificatesOf } from "./certificate.ts";
import type { PlanInput } from "./input.ts";
import { toMilliseconds } from "./instant.ts";
import { deletedAt } from "./policy.ts";

/**
 * The first instant after the one of the input, in milliseconds since 1970, at which anything may
 * change: a certificate that begins or ends or comes near its end, a password that is overdue, older
 * certificates that retire, an announced delete. Infinity when there is none. What was begun and is waited for is left out.
 */
export function nextTurn(input: PlanInput): number {
  const now = toMilliseconds(input.now);
  const turns = [...certificateTurns(input), ...policyTurns(input), ...deleteTurns(input)];
  return Math.min(...turns.filter((turn) => turn > now), Infinity);
}

function certificateTurns({ observations, desired, policy }: PlanInput): readonly number[] {
  const live = observations.flatMap((seen) =>
    "objects" in seen
      ? seen.objects.flatMap(({ authentication }) => certificatesOf(authentication))
      : [],
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

/** Counted from whatever instant each rule may count from. */
function policyTurns({ desired, memory }: PlanInput): readonly number[] {
  return desired.flatMap(({ definition, certificate }) => {
    const { policy, name, previously, kind } = definition;
    const entry = memory.ledger.find(
      (one) => one.kind === kind && (one.name === name || one.name === previously),
    );
    const secrets = Object.entries(entry?.secrets ?? {});
    return secrets.flatMap(([path, { trustedAt, assertedAt, recordedAt }]) => {
      const after = path === CERTIFICATE_PATH ? policy.retireAfter : policy.reassertEvery;
      if (after === null) return [];
      const since = [trustedAt, assertedAt, recordedAt].flatMap((at) =>
        at === null ? [] : toMilliseconds(at),
      );
      const begins = certificate === null ? [] : [certificate.notBefore * 1_000];
      return [...since, ...begins].map((at) => at + after);
    });
  });
}
