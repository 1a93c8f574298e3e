/** Pages that stand in the place of one that is not there. Pure. */

import { words } from "../../report/html-parts.ts";
import { type Html, html } from "../../report/markup.ts";
import { name, sentence } from "../../report/printable.ts";
import { plural } from "../../report/wording.ts";
import { type Refusal, STORE } from "../refusal.ts";
import { framed } from "./frame.ts";
import { SIGN_IN } from "./paths.ts";
import type { Reader } from "./signing-in/readers.ts";
import { tenantLink } from "./words.ts";

/** Tenants that are named to somebody who asked for another. */
const NAMED = 20;

export function unknownTenantPage(asked: string, known: readonly string[], reader: Reader): string {
  const more =
    known.length > NAMED
      ? html`<p>and <a href="/">${plural(known.length - NAMED, "more", "more")}</a></p>`
      : html``;
  const links = known.slice(0, NAMED).map((one) => html`<li>${tenantLink(one)}</li>\n`);
  const main = html`<h1>There is no tenant called ${name(asked)}.</h1>
<p class="lead">plumbline.yaml names ${plural(known.length, "tenant")}:</p>
<div class="box"><ul class="names plain">
${links}</ul>${more}</div>`;
  return framed({ title: "No such tenant", tenant: null, isLive: false, reader, main });
}

export function unknownRunPage(tenant: string, id: string, reader: Reader): string {
  const main = html`<h1>${name(tenant)} has no run ${name(id)}.</h1>
<p class="box">It never was, or is too old to be kept. The runs that are kept are told with ${tenantLink(tenant)}.</p>`;
  const place = "no such run";
  return framed({ title: "No such run", tenant, place, isLive: false, reader, main });
}

/** Nothing was done, and why. `reason`: what somebody wrote for it, which is not to be lost. */
export function notDonePage(
  tenant: string,
  fault: string,
  { reader, reason = "" }: { readonly reader: Reader; readonly reason?: string },
): string {
  const title = "That was not done.";
  const written = reason === "" ? html`` : html`<p>You wrote: ${sentence(reason)}</p>\n`;
  const main = html`<h1>${title}</h1>
<div class="box change tone-bad"><p>${words(sentence(fault))}</p>
${written}<p class="next">Back to ${tenantLink(tenant)}.</p></div>`;
  return framed({ title, tenant, place: "not done", isLive: false, reader, main });
}

/** Somebody who is known, or not, and does not get what was asked for. */
export function refusedPage({ status, error, message }: Refusal): string {
  const title = titles[status] ?? "The request cannot be read.";
  const next =
    error === "forbidden"
      ? html`\n<p class="next"><a href="${SIGN_IN}">Sign in as somebody else</a></p>`
      : html``;
  const main = html`<h1>${title}</h1>
<div class="box change tone-bad"><p>${sentence(message)}</p>${next}</div>`;
  return framed({ title, tenant: null, isLive: false, reader: null, main });
}

const titles: Readonly<Record<number, string>> = {
  403: "This is not for you.",
  413: "That was too long.",
  421: "The service does not answer to this.",
  429: "That was asked for too often.",
};

/** The store cannot be read, and what to do. */
export function storePage(): string {
  return broken(
    "The store cannot be read, so nothing is known.",
    html`<p>${STORE}</p>
<p class="next">Runs go on trying. When one has ended, this page looks again by itself.</p>`,
  );
}

/** Who somebody is cannot be found out. */
export function unavailablePage(fault: string): string {
  return broken("Who you are is not known.", html`<p>${words(sentence(fault))}</p>`);
}

export function internalPage(): string {
  return broken(
    "This page could not be made.",
    html`<p>That is a bug; the log of the service has the reason.</p>`,
  );
}

function broken(title: string, content: Html): string {
  const main = html`<h1>${title}</h1>
<div class="box change tone-bad">${content}</div>`;
  return framed({ title, tenant: null, isLive: true, reader: null, main });
}
