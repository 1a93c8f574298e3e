/**
 * What a run is called: the digits of the instant (RFC 3339, UTC, milliseconds) at which it started,
 * such as 20260820T080100000Z. Runs of a tenant hold its lock, so no two start at once.
 */
export function runId(startedAt: string): string {
  return startedAt.replaceAll(/[^0-9TZ]/g, "");
}
