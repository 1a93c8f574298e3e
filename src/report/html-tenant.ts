/** What is told of one tenant in HTML: the same in a report to forward and on the page of the service. */
import type { ChangeView, FaultView, Field, Note, Value } from "./change-view.ts";
import type { Count } from "./counts.ts";
import { certificatesTable, expiryTable } from "./html-certificates.ts";
import { badge, NOTHING, section, toneClass, words } from "./html-parts.ts";
import { secretsBox } from "./html-secrets.ts";
import { unmanagedTable } from "./html-unmanaged.ts";
import { usesBox } from "./html-uses.ts";
import { breakable, type Html, html } from "./markup.ts";
import { grouped } from "./printable.ts";
import type { TenantView } from "./tenant-view.ts";
import type { ToApply } from "./to-apply.ts";
import { usesTitle } from "./uses-words.ts";
import type { Tone } from "./wording.ts";

/**
 * All that is told of one tenant, under a heading of the second level: the title, else its name.
 * `id` is that of the heading, and is the beginning of every other id.
 */
export function tenantSection(
  view: TenantView,
  id: string,
  { hasLead, title = view.tenant }: { readonly hasLead: boolean; readonly title?: string },
): Html {
  const lead = hasLead ? html`\n<p class="lead">${view.sentence}</p>` : NOTHING;
  return html`<section class="tenant" aria-labelledby="${id}">
<h2 id="${id}">${title} ${badge(view.result, view.tone)}</h2>${lead}
${cards(view.counts)}
${section("Faults", view.faults, faultTable)}
${section("Certificates that expire", view.expiry, expiryTable)}
${section("Changes", view.changes, (changes) => html`${changes.map(changeBox)}`)}
${section("Held", view.held, (held) => html`${held.map(changeBox)}`)}
${section(usesTitle, view.uses.connectors, () => usesBox(view.uses, id))}
${section("Certificates", view.certificates, certificatesTable)}
${section("Secrets", view.secrets.rows, () => secretsBox(view.secrets))}
${section("Unmanaged, never touched", view.unmanaged, unmanagedTable)}
${section("Unchanged", view.unchanged, nameList)}
<h3>Details</h3>
${details(view)}
</section>
`;
}

/** What a box says of a count. */
export type Counted = Pick<Count, "count" | "what" | "tone">;

/** Counts, each in its own box. */
export function cards(counts: readonly Counted[]): Html {
  if (counts.length === 0) return NOTHING;
  const items = counts.map(
    ({ count, what, tone }) =>
      html`<li class="${toneClass(tone)}"><b>${grouped(count)}</b> <span>${what}</span></li>\n`,
  );
  return html`<ul class="cards">\n${items}</ul>`;
}

function changeBox(change: ChangeView): Html {
  const place =
    change.place === null
      ? NOTHING
      : html`\n<p class="place">${change.kind}, <code>${breakable(change.place)}</code></p>`;
  const reason = change.reason === null ? NOTHING : html`\n<p>${words(change.reason)}</p>`;
  const called =
    change.displayName === null
      ? NOTHING
      : html` <span class="called">${change.displayName}</span>`;
  return html`<article class="box change ${toneClass(change.tone)}">
<h4><span class="action"><code aria-hidden="true">${change.symbol}</code> ${change.action}</span> <code>${change.name}</code>${called}</h4>${place}${reason}
${fieldTable(change)}${noteList(change.notes)}
</article>
`;
}

function fieldTable({ fields, op, name }: ChangeView): Html {
  if (fields.length === 0) return NOTHING;
  const isCreate = op === "create";
  const columns = isCreate
    ? html`<th scope="col">Value</th>`
    : html`<th scope="col">Before</th><th scope="col">After</th>`;
  return html`<table class="fields">
<caption class="hidden">Fields of ${name}</caption>
<thead><tr><th scope="col">Field</th>${columns}</tr></thead>
<tbody>
${fields.map((field) => fieldRow(field, isCreate))}</tbody>
</table>
`;
}

function fieldRow({ path, before, after }: Field, isCreate: boolean): Html {
  const values = isCreate
    ? html`<td>${shown(after)}</td>`
    : html`<td class="was" data-label="Before">${shown(before)}</td><td class="now" data-label="After">${shown(after)}</td>`;
  return html`<tr><th scope="row"><code>${breakable(path)}</code></th>${values}</tr>\n`;
}

/** A value, or a word of ours in its place. */
export function shown({ text, verbatim }: Value): Html {
  return verbatim
    ? html`<code>${breakable(text)}</code>`
    : html`<span class="quiet">${text}</span>`;
}

function noteList(notes: readonly Note[]): Html {
  if (notes.length === 0) return NOTHING;
  const items = notes.map(({ tone, label, text }) => {
    const head = label === null ? NOTHING : html`<b>${label}:</b> `;
    return html`<li class="${toneClass(tone)}">${head}${words(text)}</li>\n`;
  });
  return html`<ul class="notes">\n${items}</ul>`;
}

function nameList(names: readonly string[]): Html {
  const items = names.map((name) => html`<li><code>${name}</code></li>\n`);
  return html`<ul class="box names">\n${items}</ul>`;
}

export function faultTable(faults: readonly FaultView[]): Html {
  return html`<div class="box"><table>
<caption class="hidden">Faults</caption>
<thead><tr><th scope="col" class="severity">Severity</th><th scope="col">What</th></tr></thead>
<tbody>
${faults.map(faultRow)}</tbody>
</table></div>`;
}

function faultRow({ severity, code, message, file, spot, requestId }: FaultView): Html {
  const place = file === null ? "" : `${file}:${spot ?? ""}, `;
  const request = requestId === null ? NOTHING : html`, request-id <code>${requestId}</code>`;
  return html`<tr><th scope="row">${badge(severity, severity === "error" ? "bad" : "update")}</th><td>${words(message)}<br><span class="place"><code>${breakable(place)}${code}</code>${request}</span></td></tr>\n`;
}

function details(view: TenantView): Html {
  const { facts, digest, took, window, suspended, accepted, nextRun, toApply, uses } = view;
  const list = [
    ...facts.map(({ label, text }) => detail(label, html`${text}`)),
    ...(digest === null ? [] : [detail("Digest", html`<code>${digest}</code>`)]),
    ...(took === null ? [] : [detail("Took", html`${took}`)]),
    ...(uses.note === null ? [] : [detail("User flows", toned(uses.note))]),
    ...suspended.map((text) => detail("Suspended", html`${text}`)),
    ...accepted.map((text) => detail("Accepted", html`${text}`)),
    ...(window === null ? [] : [detail("Change window", html`${window.text}`)]),
    ...(nextRun === null ? [] : [detail("Next run", html`${nextRun}`)]),
  ];
  return html`<div class="box"><dl class="facts">\n${list}</dl>${toApply.map(nextStep)}</div>`;
}

function detail(label: string, content: Html): Html {
  return html`<dt>${label}</dt><dd>${content}</dd>\n`;
}

function toned({ text, tone }: { readonly text: string; readonly tone: Tone }): Html {
  return html`<span class="toned ${toneClass(tone)}">${text}</span>`;
}

function nextStep({ sentence, command }: ToApply): Html {
  const code = command === null ? NOTHING : html`\n<pre><code>${command}</code></pre>`;
  return html`\n<p class="next">${sentence}</p>${code}`;
}
