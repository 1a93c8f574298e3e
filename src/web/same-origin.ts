/** Whether a request was made for this service on purpose, and not by a page of somebody else in a browser. */
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyRequest } from "fastify";
import { isLoopback } from "../model/network.ts";
import type { Refusal } from "./refusal.ts";

/**
 * A page elsewhere can give a name of its own this machine's address, but it cannot make a browser
 * send another Host than that name. null: it is ours.
 */
export function refuseForeignHost({ host }: IncomingHttpHeaders): Refusal | null {
  const url = URL.parse(`http://${host ?? ""}`);
  if (url !== null && url.username === "" && url.pathname === "/" && isLoopback(url.hostname)) {
    return null;
  }
  const message =
    "Ask by localhost or 127.0.0.1: without http.access the service answers to no other name.";
  return { status: 421, error: "misdirected", message };
}

const PROXIED = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** What a proxy on this machine hands on may come from anywhere. null: nothing says so. */
export function refuseProxied(headers: IncomingHttpHeaders): Refusal | null {
  const header = PROXIED.find((name) => headers[name] !== undefined);
  if (header === undefined) return null;
  const message = `This came through a proxy (${header}), so anybody may have sent it. Set http.access in plumbline.yaml to say who may use the service.`;
  return { status: 421, error: "misdirected", message };
}

/** What a page of another site asks for by itself; a link that somebody follows is let through. */
export function refuseForeignFetch(headers: IncomingHttpHeaders): Refusal | null {
  const isForeign = headers["sec-fetch-site"] === "cross-site";
  if (!isForeign || headers["sec-fetch-mode"] === "navigate") return null;
  const message = "This was asked for by a page of another site, which gets nothing here.";
  return { status: 403, error: "cross-origin", message };
}

/**
 * For what changes something. A program sends neither header; a browser always sends one of them.
 * `host`: of a proxy that is trusted, the one that it was asked for.
 */
export function refuseCrossOrigin({
  headers,
  host,
}: Pick<FastifyRequest, "headers" | "host">): Refusal | null {
  const site = headers["sec-fetch-site"];
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  const { origin } = headers;
  const from = origin === undefined ? undefined : URL.parse(origin);
  // Where TLS ends at a proxy, only the Host is the same.
  if (isOwnSite && (from === undefined || from?.host === hostOf(host, origin))) return null;
  const message = isOwnSite && from ? sentFrom(from.origin, host) : FOREIGN;
  return { status: 403, error: "cross-origin", message };
}

const FOREIGN = "This was sent by a page of another site, which may not act here.";

/** Either a page of somebody else, or our own through a proxy that nobody has set up for it. */
function sentFrom(origin: string, host: string): string {
  return `A page at ${origin} sent this, and it arrived for ${URL.parse(`http://${host}`)?.host ?? "no name"}: pages of another site may not act here. If the first is the address of this service, a proxy before it replaces the Host. Let it pass the Host on (nginx: proxy_set_header Host $http_host), or name it in http.trustedProxies of plumbline.yaml and let it send X-Forwarded-Host.`;
}

/** As a URL of the origin's scheme has it, without the port that is usual for it. */
function hostOf(host: string, origin = ""): string | null {
  const scheme = origin.startsWith("https:") ? "https" : "http";
  return URL.parse(`${scheme}://${host}`)?.host ?? null;
}

/** A form of another site can send text, but no JSON without asking first. */
export function refuseOtherTypes(headers: IncomingHttpHeaders): Refusal | null {
  const isJson = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(
    headers["content-type"] ?? "",
  );
  if (isJson && headers["content-encoding"] === undefined) return null;
  const message = "Send content-type: application/json, and a body of JSON such as {}.";
  return { status: 415, error: "unsupported-type", message };
}
