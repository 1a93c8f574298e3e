/** What was done to one tenant. Pure. */
import type { AuditEntry, ChainedEntry } from "../../../model/generated/audit.ts";
import { endedWrites } from "../../../report/history.ts";
import { subjectOf, type Words, wordsOf } from "../../../report/history-text.ts";
import { NOTHING, toneClass, words } from "../../../report/html-parts.ts";
import { breakable, type Html, html } from "../../../report/markup.ts";
import { name, sentence } from "../../../report/printable.ts";
import { plural } from "../../../report/wording.ts";
import { framed } from "../frame.ts";
import type { Audited } from "../options.ts";
import { runPath } from "../paths.ts";
import type { Reader } from "../signing-in/readers.ts";
import { time } from "../words.ts";

/** The entries are told from the newest on. */
export function auditPage(tenant: string, { timezone, entries }: Audited, reader: Reader): string {
  const count = plural(entries.length, "entry", "entries");
  const ended = endedWrites(entries);
  const content =
    entries.length === 0
      ? html`<p class="box quiet">Nothing has been written, refused or decided here yet.</p>`
      : html`<div class="box"><table>
<caption class="hidden">The last ${count}, the newest first</caption>
<thead><tr><th scope="col">When</th><th scope="col">What</th><th scope="col">Object</th><th scope="col">Who</th></tr></thead>
<tbody>
${entries.toReversed().map((entry) => row(entry, told(entry, ended), tenant, timezone))}</tbody>
</table></div>`;
  const main = html`<h1>What was done to ${name(tenant)}</h1>
<p class="lead">The last ${count} of the audit, the newest first.</p>
${content}`;
  return framed({
    title: `${name(tenant)}, audit`,
    tenant,
    place: "audit",
    isLive: true,
    reader,
    main,
  });
}

/** A write stands twice in the audit: before it is sent, and with its end. */
function told({ sequence, entry }: ChainedEntry, ended: ReadonlySet<number>): Words {
  if (!ended.has(sequence)) return wordsOf(entry);
  return { symbol: "·", word: `${entry.action} begun`, tone: "quiet" };
}

function row(
  { sequence, entry }: ChainedEntry,
  { symbol, word, tone }: Words,
  tenant: string,
  timezone: string,
): Html {
  return html`<tr><th scope="row">${time(entry.at, timezone)}<br><span class="place">entry ${String(sequence)}${runOf(entry, tenant)}</span></th><td data-label="What"><span><span class="toned ${toneClass(tone)}"><code aria-hidden="true">${symbol}</code> ${word}</span>${message(entry, timezone)}</span></td><td data-label="Object"><span>${object(entry)}</span></td><td data-label="Who"><span>${name(entry.by)}${request(entry)}</span></td></tr>\n`;
}

function runOf({ run }: AuditEntry, tenant: string): Html {
  return run === null ? NOTHING : html`, <a href="${runPath(tenant, run)}">run ${name(run)}</a>`;
}

function message({ message: text, until }: AuditEntry, timezone: string): Html {
  const said = text === "" ? NOTHING : html`<br>${words(sentence(text))}`;
  return until === null ? said : html`${said}<br>until ${time(until, timezone)}`;
}

function object(entry: AuditEntry): Html {
  const subject = subjectOf(entry);
  const id =
    entry.id === null
      ? NOTHING
      : html`<br><span class="place"><code>${breakable(name(entry.id))}</code></span>`;
  return subject === ""
    ? html`<span class="quiet">the tenant</span>${id}`
    : html`<code>${subject}</code>${id}`;
}

function request({ requestId }: AuditEntry): Html {
  return requestId === null
    ? NOTHING
    : html`<br><span class="place">request-id <code>${name(requestId)}</code></span>`;
}
