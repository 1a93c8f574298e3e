/** Pieces of which every part of the page is made. */
import { breakable, type Html, html } from "./markup.ts";
import type { Tone } from "./wording.ts";

export const NOTHING: Html = { html: "" };

/** The plumb line in front of the title. */
export const mark = html`<svg viewBox="0 0 12 24" aria-hidden="true"><path d="M6 0v14" stroke-width="1.5"></path><path d="M2.5 14h7L6 23z" stroke="none"></path></svg>`;

export function toneClass(tone: Tone): string {
  return `tone-${tone}`;
}

export function badge(text: string, tone: Tone): Html {
  return html`<span class="badge ${toneClass(tone)}">${text}</span>`;
}

/** Nothing at all for an empty list. */
export function section<Item>(
  title: string,
  items: readonly Item[],
  content: (items: readonly Item[]) => Html,
): Html {
  return items.length === 0 ? NOTHING : html`<h3>${title}</h3>\n${content(items)}`;
}

/** A sentence; what stands in backticks is code. */
export function words(text: string): readonly Html[] {
  return text
    .split(/`([^`]+)`/)
    .map(breakable)
    .map((part, index) => (index % 2 === 0 ? part : html`<code>${part}</code>`));
}
