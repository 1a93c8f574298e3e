/** Whether a request was made for this service on purpose, and not by a page of somebody else in a browser. */
import type { IncomingHttpHeaders } from "node:http";
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

/** For what changes something. A program sends neither header; a browser always sends one of them. */
export function refuseCrossOrigin(headers: IncomingHttpHeaders): Refusal | null {
  const site = headers["sec-fetch-site"];
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  const { origin, host } = headers;
  // Where TLS ends at a proxy, only the Host is the same.
  const isOwnOrigin = origin === undefined || URL.parse(origin)?.host === hostOf(host, origin);
  if (isOwnSite && isOwnOrigin) return null;
  const message = "This was sent by a page of another site, which may not act here.";
  return { status: 403, error: "cross-origin", message };
}

/** As a URL of the origin's scheme has it, without the port that is usual for it. */
function hostOf(host: string | undefined, origin: string): string | null {
  const scheme = origin.startsWith("https:") ? "https" : "http";
  return URL.parse(`${scheme}://${host ?? ""}`)?.host ?? null;
}

/** A form of another site can send text, but no JSON without asking first. */
export function refuseOtherTypes(headers: IncomingHttpHeaders): Refusal | null {
  const isJson = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(
    headers["content-type"] ?? "",
  );
  if (isJson && headers["content-encoding"] === undefined) return null;
  const message = "Send content-type: application/json, with {} as the body.";
  return { status: 415, error: "unsupported-type", message };
}
