/** Where each page is. */

export const SIGN_IN = "/sign-in";
export const SIGN_OUT = "/sign-out";
export const STYLE = "/page/style.css";
export const SCRIPT = "/page/live.js";
export const EVENTS = "/page/events";

export function tenantPath(tenant: string): string {
  return `/tenants/${encodeURIComponent(tenant.toWellFormed())}`;
}

export function runPath(tenant: string, id: string): string {
  return `${tenantPath(tenant)}/runs/${encodeURIComponent(id.toWellFormed())}`;
}

/** What an operator can ask for, as the last step of a path below a tenant. */
export type Act = "reconcile" | "accept" | "revoke";

export function actPath(tenant: string, act: Act): string {
  return `${tenantPath(tenant)}/${act}`;
}

/** Something that an operator has done, for the page that says so. */
export type Done =
  /** The id of the run; null: it goes on. */
  | { readonly act: "reconcile"; readonly run: string | null }
  | { readonly act: "accept" | "revoke"; readonly name: string; readonly path: string };

export function donePath(tenant: string, done: Done): string {
  const { act, ...more } = done;
  const fields = Object.entries(more).filter(([, value]) => value !== null);
  const query = new URLSearchParams([["done", act], ...fields] as [string, string][]);
  return `${tenantPath(tenant)}?${query}`;
}

/** As `donePath` wrote it; null where nothing of the kind is asked for. */
export function doneIn(field: (name: string) => string): Done | null {
  const act = field("done");
  if (act === "reconcile") return { act, run: field("run") || null };
  if (act !== "accept" && act !== "revoke") return null;
  return { act, name: field("name"), path: field("path") };
}

const TENANT = "/tenants/[^/]+";

const methods: readonly (readonly [RegExp, string])[] = [
  [new RegExp(`^(/|${TENANT}(/audit|/runs/[^/]+)?|${STYLE}|${SCRIPT})$`), "GET, HEAD"],
  [new RegExp(`^${EVENTS}$`), "GET"],
  [new RegExp(`^(${TENANT}/(reconcile|accept|revoke)|${SIGN_OUT})$`), "POST"],
  [new RegExp(`^${SIGN_IN}$`), "GET, HEAD, POST"],
];

/** What a path may be asked with, for `Allow`; null: there is no such path. */
export function allowedOnPage(path: string): string | null {
  return methods.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** A page to go on to, whatever was asked for. */
export function placeWithin(wanted: string): string {
  const url = URL.parse(wanted, "http://page.invalid");
  const isPage = url !== null && allowedOnPage(url.pathname)?.startsWith("GET, HEAD");
  return isPage ? `${url.pathname}${url.search}` : "/";
}
