/**
 * Graph's limits for the service behind API connectors: so many requests a minute for an app in a
 * tenant, and half as many again for all apps of the tenant together (published as 200 and 300).
 */

const MINUTE = 60_000;

export interface Throttle {
  /** Counts one request. Answers the seconds to wait, or null when it may go on. */
  admit(app: string, limit: number, now: Date): number | null;
}

/** Refused requests count too, as Graph's page on throttling says. */
export function createThrottle(): Throttle {
  let recent: { readonly app: string; readonly at: number }[] = [];
  return {
    admit(app, limit, now) {
      const at = now.getTime();
      recent = recent.filter((each) => each.at > at - MINUTE);
      const own = recent.filter((each) => each.app === app);
      const waits = [wait(own, limit, at), wait(recent, Math.ceil(limit * 1.5), at)];
      recent.push({ app, at });
      const longest = Math.max(...waits);
      return longest > 0 ? Math.ceil(longest / 1000) : null;
    },
  };
}

/** Milliseconds until fewer than `limit` requests lie within the last minute. */
function wait(requests: readonly { readonly at: number }[], limit: number, at: number): number {
  const oldest = requests[requests.length - limit];
  return oldest === undefined ? 0 : oldest.at + MINUTE - at;
}
