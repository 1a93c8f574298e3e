/** Whether a request was meant for this machine: against names that somebody else makes resolve to it. */
import { isIP } from "node:net";

/**
 * True for localhost and for IP addresses, with or without a port. A page elsewhere can give a name of
 * its own this machine's address, but it cannot make a browser send another Host than that name.
 */
export function isOwnHost(host: string | undefined): boolean {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(host ?? "");
  const hostname = match?.[1] ?? match?.[2] ?? "";
  return hostname.toLowerCase() === "localhost" || isIP(hostname) !== 0;
}
