/** The look of the page: that of the report, with what only the page has. */
import { style as report } from "../../report/html-style.ts";

export const style = `${report}
a { color: var(--blue); text-underline-offset: .15em; }
a:focus-visible, input:focus-visible, select:focus-visible, textarea:focus-visible, button:focus-visible, summary:focus-visible, [tabindex="0"]:focus-visible {
  outline: 2px solid var(--blue); outline-offset: 2px; border-radius: .15rem;
}
main:focus { outline: none; }
.skip { position: absolute; left: -100rem; top: .5rem; padding: .5rem 1rem; background: var(--card); }
.skip:focus { left: .5rem; z-index: 1; }
body > header.bar { padding-top: 1.25rem; padding-bottom: 1.5rem; display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; justify-content: space-between; align-items: center; }
.trail { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; font-size: .875rem; }
.trail li + li::before { content: "/"; color: var(--muted); margin-right: .5rem; }
.trail .brand { text-decoration: none; }
.trail .brand:hover { text-decoration: underline; }
.live { font-size: .8125rem; color: var(--muted); margin-left: auto; }
main > h1 { margin-top: 0; }
h1 .badge { font-size: .875rem; letter-spacing: 0; vertical-align: .3em; }
main > .lead { margin-top: .5rem; }
main > .box { margin-top: 1.25rem; }
h2 .badge { font-weight: 600; }
.filter { display: flex; flex-wrap: wrap; gap: .5rem .75rem; align-items: center; margin-top: 1.25rem; font-size: .9375rem; }
.filter label { color: var(--muted); }
.filter div { display: flex; gap: .5rem; align-items: center; }
.filter input, .filter select, .filter button {
  font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--muted); border-radius: .375rem; padding: .35rem .65rem; min-width: 0; max-width: 100%;
}
.filter button { font-weight: 600; cursor: pointer; }
.who { display: flex; gap: .75rem; align-items: center; font-size: .8125rem; color: var(--muted); }
.who p, .act p { margin: 0; }
.who button, .act button, .sign-in button, .act select, .act textarea, .sign-in input {
  font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--muted); border-radius: .375rem; padding: .35rem .65rem; min-width: 0; max-width: 100%;
}
.who button, .act button, .sign-in button { font-weight: 600; cursor: pointer; }
form.act { margin-top: .75rem; }
details.act { margin-top: .5rem; }
details.act summary { cursor: pointer; font-weight: 600; }
details.act form { display: grid; gap: .6rem; margin-top: .5rem; }
details.act div { display: grid; gap: .2rem; }
details.act textarea { width: 100%; box-sizing: border-box; resize: vertical; }
.act button { justify-self: start; }
.effect { margin-top: .5rem; font-size: .9375rem; color: var(--muted); }
.effect p { margin: 0; }
.done { border-left: 3px solid var(--tone); font-weight: 600; }
#said:focus { outline: 2px solid var(--blue); outline-offset: 2px; }
.sign-in { display: grid; gap: .9rem; max-width: 32rem; }
.sign-in div { display: grid; gap: .3rem; }
.sign-in p, .sign-in blockquote { margin: 0; }
.sign-in blockquote { border-left: 3px solid var(--line); padding-left: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.sign-in .refusal { color: var(--red); font-weight: 600; }
.sign-in button { justify-self: start; }
.plain { flex-direction: column; padding: 0; }
.tenants td, .tenants th { vertical-align: baseline; }
.tenants a { font-weight: 600; }
.differences { table-layout: fixed; }
.differences th:first-child { width: 34%; }
.differences .was { background: var(--was); }
.differences .now { background: var(--now); }
.timeline { margin: 0; }
.timeline svg { display: block; width: 100%; height: auto; max-height: 8rem; }
.timeline rect { fill: var(--tone); }
.timeline path { fill: var(--tone); stroke: var(--tone); stroke-width: 1; }
.timeline .tone-bad path { fill: none; stroke-width: 1.5; }
.timeline .base { stroke: var(--line); fill: none; }
.timeline figcaption { font-size: .875rem; color: var(--muted); margin-top: .5rem; }
@media (max-width: 42rem) {
  body > header.bar { padding-top: 1rem; padding-bottom: 1rem; }
  .filter div { flex: 1 1 9rem; }
  .filter input, .filter select { flex: 1 1 4rem; width: 4rem; }
  .differences th:first-child { width: auto; }
  .runs td[data-label] { display: inline-block; margin-right: .75rem; }
  .runs td[data-label]::before { content: none; }
  .differences .was, .differences .now { padding: .2rem .5rem; margin-top: .2rem; border-radius: .25rem; }
  .tenants td[data-label], .differences td[data-label] { grid-template-columns: 6.5rem 1fr; }
}
@media print { .filter, .live, .skip, .act, .who button { display: none; } }
`;
