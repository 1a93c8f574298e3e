/** Secrets in a comment: a table behind a fold. */
import { escapeHtml, prose } from "./markup.ts";
import { grouped } from "./printable.ts";
import type { SecretsView, SecretView } from "./secrets-view.ts";
import { plural } from "./wording.ts";

/**
 * The table is HTML, in which GitHub reads no Markdown up to the next empty line: no pipe in a value
 * can end its cell. What comes from outside stands as code, where GitHub links nothing.
 */
export function secretsDetails(view: SecretsView): readonly string[] {
  const { rows, groups, toAssert, inDoubt, limit } = view;
  if (rows.length === 0) return [];
  const counts = groups.map(({ count, counted }) => `${grouped(count)} ${counted}`).join(", ");
  const table = [
    "<table>",
    "<tr><th>connector</th><th>secret</th><th>source</th><th>state</th><th>since</th></tr>",
    ...rows.map(row),
    "</table>",
  ].join("\n");
  return [
    [
      `<details><summary>${plural(rows.length, "secret")}: ${counts}</summary>`,
      table,
      ...[toAssert, inDoubt, limit].filter((note) => note !== null).map(prose),
      "</details>",
    ].join("\n\n"),
  ];
}

function row({ name, path, source, state, since, run, due, outside }: SecretView): string {
  const when = [
    ...(since === null ? [] : [code(since)]),
    ...(run === null ? [] : [`run ${code(run)}`]),
    ...(due === null ? [] : [`due ${code(due)}`]),
  ].join(", ");
  const doubt = outside === null ? "" : `<br>${code(outside)}`;
  const cells = [code(name), code(path), code(source), escapeHtml(state) + doubt, when];
  return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`;
}

function code(text: string): string {
  return `<code>${escapeHtml(text)}</code>`;
}
