/**
 * Graph's limits for the service behind API connectors: so many requests a minute for an app in a
 * tenant, and half as many again for all apps of the tenant together (published as 200 and 300).
 */

const MINUTE = 60_000;

export interface Throttle {
  /**
   * Counts one request. Answers null when it may go on, else after how many seconds the next one
   * may, if none is sent until then.
   */
  admit(app: string, limit: number, now: Date): number | null;
}

/** Refused requests count too, as Graph's page on throttling says. */
export function createThrottle(): Throttle {
  let recent: { readonly app: string; readonly at: number }[] = [];
  return {
    admit(app, limit, now) {
      const at = now.getTime();
      recent = [...recent.filter((each) => each.at > at - MINUTE), { app, at }];
      const lists = [
        { requests: recent.filter((each) => each.app === app), most: limit },
        { requests: recent, most: Math.ceil(limit * 1.5) },
      ];
      if (lists.every(({ requests, most }) => requests.length <= most)) return null;
      const free = lists.map(({ requests, most }) => requests.at(-most)?.at ?? 0);
      return Math.ceil((Math.max(...free) + MINUTE - at) / 1000);
    },
  };
}
