/** The look of the page: one style sheet for screen and paper, light and dark, wide and narrow. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f6f3; --card: #ffffff; --ink: #1a1f26; --muted: #59626e; --line: #dedfda;
  --inset: #f3f4f1; --was: #fdf0ef; --now: #eef8f0;
  --green: #14652f; --amber: #7a4a00; --blue: #0b5a7a; --red: #a3142a; --violet: #6434a3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #101317; --card: #181c22; --ink: #e7eaef; --muted: #a0a9b6; --line: #2c323b;
    --inset: #12161b; --was: #2b1b1e; --now: #16261c;
    --green: #74d191; --amber: #e5b64c; --blue: #72c8ea; --red: #ff959a; --violet: #c9a7ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main, body > header, body > footer { max-width: 66rem; margin: 0 auto; padding: 0 1.5rem; }
body > header { padding-top: 2.5rem; }
body > footer { padding-top: 1rem; padding-bottom: 3rem; color: var(--muted); font-size: .875rem; }
h1, h2, h3, h4, p, ul, dl, pre { margin: 0; }
h1 { font-size: 1.75rem; line-height: 1.25; letter-spacing: -.015em; margin-top: .35rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.3; display: flex; flex-wrap: wrap; gap: .35rem .75rem; align-items: center; }
h3 { font-size: .8125rem; letter-spacing: .07em; text-transform: uppercase; color: var(--muted); margin: 2rem 0 .75rem; }
h4 { font-size: 1rem; font-weight: 600; display: flex; flex-wrap: wrap; gap: .35rem .75rem; align-items: baseline; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .875em; }
.brand { color: var(--muted); font-size: .875rem; font-weight: 600; display: flex; gap: .5rem; align-items: center; }
.brand svg { width: .75rem; height: 1.5rem; stroke: currentColor; fill: currentColor; }
.tenant { margin-top: 2.5rem; }
.lead { color: var(--muted); margin-top: .25rem; }
.quiet { color: var(--muted); }
.tone-create, .tone-good { --tone: var(--green); }
.tone-update { --tone: var(--amber); }
.tone-adopt { --tone: var(--blue); }
.tone-delete, .tone-bad { --tone: var(--red); }
.tone-held { --tone: var(--violet); }
.tone-quiet { --tone: var(--muted); }
.badge {
  color: var(--tone); border: 1px solid currentColor; border-radius: 999px;
  padding: .05rem .65rem; font-size: .8125rem; font-weight: 600; line-height: 1.5; white-space: nowrap;
}
.cards { list-style: none; padding: 0; margin-top: 1.25rem; display: grid; gap: .75rem; grid-template-columns: repeat(auto-fill, minmax(8.25rem, 1fr)); }
.cards li { background: var(--card); border: 1px solid var(--line); border-top: 3px solid var(--tone); border-radius: .5rem; padding: .6rem .9rem .7rem; }
.cards b { display: block; font-size: 1.75rem; line-height: 1.2; font-variant-numeric: tabular-nums; color: var(--tone); }
.cards span { font-size: .875rem; color: var(--muted); }
.box { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem; margin-top: .75rem; }
.change { border-left: 3px solid var(--tone); }
.change > p { margin-top: .25rem; }
.action, .toned { color: var(--tone); }
.called { font-weight: 400; }
.place { font-size: .875rem; color: var(--muted); }
table { width: 100%; border-collapse: collapse; margin-top: .9rem; font-size: .9375rem; }
th, td { text-align: left; vertical-align: top; padding: .45rem .75rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; padding-top: 0; font-size: .8125rem; font-weight: 600; color: var(--muted); white-space: nowrap; }
tbody th { font-weight: 400; min-width: 8rem; }
th:first-child, td:first-child { padding-left: 0; }
.fields { table-layout: fixed; }
.fields th:first-child { width: 30%; }
.fields .was { background: var(--was); }
.fields .now { background: var(--now); }
.box > table:first-child { margin-top: 0; }
.severity { width: 6.5rem; }
.whole { white-space: nowrap; }
.notes { list-style: none; padding: 0; margin-top: .75rem; font-size: .9375rem; }
.notes li { padding-left: .9rem; border-left: 2px solid var(--tone); margin-top: .35rem; }
.notes .tone-quiet { border-left-color: var(--line); }
.notes b { font-weight: 600; }
.names { list-style: none; display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.25rem; font-size: .9375rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; }
.next { margin-top: 1rem; font-size: .9375rem; }
.graph { overflow-x: auto; margin-bottom: 1rem; }
.graph svg { display: block; width: 100%; min-width: 36rem; max-width: 47.5rem; height: auto; margin: 0 auto; }
.graph path { fill: none; stroke: var(--muted); stroke-width: 1.5; }
.graph .head { fill: var(--muted); stroke: none; }
.graph .bound { stroke: var(--tone); stroke-dasharray: 6 4; }
.graph .unbound { stroke: var(--tone); }
.flow { min-width: 11rem; }
.graph text { fill: var(--ink); font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.graph .from { text-anchor: end; }
.graph .small { fill: var(--muted); font-size: 12px; }
.graph .word { fill: var(--tone); stroke: var(--card); stroke-width: 8px; stroke-linejoin: round; paint-order: stroke; text-anchor: middle; font: 12px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
pre { margin-top: .4rem; padding: .75rem 1rem; background: var(--inset); border: 1px solid var(--line); border-radius: .375rem; white-space: pre-wrap; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 42rem) {
  body > header { padding-top: 1.5rem; }
  main, body > header, body > footer { padding-left: 1rem; padding-right: 1rem; }
  h1 { font-size: 1.4rem; }
  .cards { grid-template-columns: repeat(auto-fill, minmax(6.75rem, 1fr)); gap: .5rem; }
  .cards li { padding: .5rem .7rem .6rem; }
  .cards span { font-size: .8125rem; overflow-wrap: normal; }
  .box { padding: .9rem 1rem; }
  table, tbody, tr, td, tbody th { display: block; width: auto; }
  thead { display: none; }
  tr + tr { border-top: 1px solid var(--line); margin-top: .6rem; padding-top: .6rem; }
  tbody th, td { border-top: 0; padding: .1rem 0; }
  .fields th:first-child { width: auto; }
  td[data-label] { display: grid; grid-template-columns: 5.5rem 1fr; }
  .whole { white-space: normal; }
  .flow { min-width: 0; }
  td[data-label]::before { content: attr(data-label); color: var(--muted); font-size: .8125rem; }
  .fields .was, .fields .now { padding: .2rem .5rem; margin-top: .2rem; border-radius: .25rem; }
  .facts { grid-template-columns: 1fr; gap: 0; }
  .facts dd { margin-bottom: .5rem; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #ffffff; --card: #ffffff; --ink: #000000; --muted: #444444; --line: #bbbbbb;
    --inset: #ffffff; --was: #ffffff; --now: #ffffff;
    --green: #14652f; --amber: #7a4a00; --blue: #0b5a7a; --red: #a3142a; --violet: #6434a3;
  }
  body { font-size: 10.5pt; }
  main, body > header, body > footer { max-width: none; padding-left: 0; padding-right: 0; }
  .change, .cards li, tr, pre { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
}
@page { margin: 18mm; }
`;
