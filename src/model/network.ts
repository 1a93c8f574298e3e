/** Connections that failed, in words: the same for every service that is called. */

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: "its name is not known to the DNS; check the address and the network",
  EAI_AGAIN: "the DNS did not answer; check the network",
  ECONNREFUSED: "it refused the connection; check the address, the port and the firewall",
  ECONNRESET: "the connection was reset; a firewall or a proxy may have cut it",
  EPIPE: "the connection was closed while sending",
  ETIMEDOUT: "the connection could not be made in time; check the network and the firewall",
  UND_ERR_CONNECT_TIMEOUT:
    "the connection could not be made in time; check the network and the firewall",
  UND_ERR_SOCKET: "the connection was closed before the answer was complete",
  EHOSTUNREACH: "there is no route to it; check the network",
  ENETUNREACH: "there is no network; check the connection",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another name",
  CERT_HAS_EXPIRED: "its certificate has expired",
};

/** What OpenSSL says of a certificate whose authority it does not know. */
const UNTRUSTED = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
]);

/**
 * Why a connection failed, with its code in brackets, without a full stop. `own`: what some codes mean
 * for the one who asks.
 */
export function networkReason(thrown: unknown, own: Readonly<Record<string, string>> = {}): string {
  const code = networkCode(thrown);
  if (code === null) return "the connection failed";
  if (UNTRUSTED.has(code)) {
    return `its certificate is not trusted; name the file of your own authority in NODE_EXTRA_CA_CERTS (${code})`;
  }
  return `${own[code] ?? reasons[code] ?? "the connection failed"} (${code})`;
}

/** The code of the system or of OpenSSL at the bottom of an error; null where there is none. */
export function networkCode(thrown: unknown): string | null {
  let at = thrown;
  for (let depth = 0; depth < 8 && at instanceof Error; depth += 1) {
    if ("code" in at && typeof at.code === "string" && /^[A-Z][A-Z0-9_]+$/.test(at.code)) {
      return at.code;
    }
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return null;
}

/** A name or an address as it stands in a URL. */
export function hostnameOf(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** `hostname` is that of a URL: an IPv6 address stands in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
