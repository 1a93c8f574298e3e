/** What is told once a day: that Plumbline lives, and how the tenants are. Its absence is the alarm. */
import type { Told } from "../model/alert.ts";
import type { Alert, AlertKind } from "../model/generated/alert.ts";
import { sentence } from "../report/printable.ts";

export interface Pulse {
  readonly tenant: string;
  /** Of the last run; null before the first one of this process has ended. */
  readonly result: string | null;
  /** RFC 3339 instants; null where there is none. */
  readonly finishedAt: string | null;
  readonly nextRun: string | null;
  readonly told: Told | null;
}

/** One alert for each tenant, all of one cause. `now`: an RFC 3339 instant, to the minute. */
export function heartbeatAlerts(pulses: readonly Pulse[], now: string): readonly Alert[] {
  return pulses.map(
    (pulse): Alert => ({
      kind: "heartbeat",
      severity: "info",
      reminder: false,
      cause: `heartbeat/${now}`,
      tenant: pulse.tenant,
      about: "",
      text: pulseText(pulse),
      run: null,
      at: now,
    }),
  );
}

function pulseText({ result, finishedAt, nextRun, told }: Pulse): string {
  const last =
    result === null || finishedAt === null
      ? "No run has ended since Plumbline was started."
      : `The last run was ${result}, at ${finishedAt}.`;
  const next = nextRun === null ? "" : ` The next one is at ${nextRun}.`;
  return sentence(`${last}${next}${openText(told)}`);
}

function openText(told: Told | null): string {
  if (told === null) return "";
  const matters = Object.values(told.matters);
  const count = (...kinds: readonly AlertKind[]) =>
    matters.filter(({ kind }) => kinds.includes(kind)).length;
  const parts = [
    counted(count("drift-opened", "drift-reopened"), "difference"),
    counted(count("held"), "held change"),
    counted(
      count("certificate"),
      "certificate near or past its end",
      "certificates near or past their end",
    ),
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : ` Open: ${parts.join(", ")}.`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return count === 0 ? "" : `${count} ${count === 1 ? one : many}`;
}
