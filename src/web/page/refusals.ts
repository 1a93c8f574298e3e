/** Pages that stand in the place of one that is not there. Pure. */

import { words } from "../../report/html-parts.ts";
import { type Html, html } from "../../report/markup.ts";
import { name, sentence } from "../../report/printable.ts";
import { plural } from "../../report/wording.ts";
import { framed } from "./frame.ts";
import { SIGN_IN } from "./paths.ts";
import type { Reader } from "./readers.ts";
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

/** Nothing was done, and why. */
export function notDonePage(tenant: string, fault: string, reader: Reader): string {
  const title = "That was not done.";
  const main = html`<h1>${title}</h1>
<div class="box change tone-bad"><p>${words(sentence(fault))}</p>
<p class="next">Back to ${tenantLink(tenant)}.</p></div>`;
  return framed({ title, tenant, place: "not done", isLive: false, reader, main });
}

/** Somebody who is known, or not, and may not have what was asked for. */
export function refusedPage(refusal: string): string {
  const title = "This is not for you.";
  const main = html`<h1>${title}</h1>
<div class="box change tone-bad"><p>${sentence(refusal)}</p>
<p class="next"><a href="${SIGN_IN}">Sign in as somebody else</a></p></div>`;
  return framed({ title, tenant: null, isLive: false, reader: null, main });
}

/** The store cannot be read: what is known of that, and what to do. */
export function storePage(fault: string): string {
  return broken(
    "The store cannot be read, so nothing is known.",
    html`<p>${words(sentence(fault))}</p>
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
