/** Secrets at a terminal: counted by what is known of them. */
import type { Layout } from "./layout.ts";
import { grouped } from "./printable.ts";
import type { SecretGroup, SecretsView } from "./secrets-view.ts";
import { namesText } from "./wording.ts";

export function secretsLines(
  { groups, rows, limit }: SecretsView,
  page: Layout,
): readonly string[] {
  if (groups.length === 0) return [];
  const style = groups.some(({ names }) => names.length > 0) ? "plain" : "quiet";
  return [
    ...page.wrap(`Secrets: ${groups.map(groupText).join(", ")}`, "", style, "  "),
    ...rows.flatMap(({ name, outside }) =>
      outside === null ? [] : page.wrap(`${name}: ${outside}`, "  ", "plain", "  "),
    ),
    ...(limit === null ? [] : page.wrap(limit, "  ", "quiet")),
  ];
}

function groupText({ count, counted, names, last }: SecretGroup): string {
  const detail = names.length === 0 ? last : namesText(names);
  const told = detail === null ? "" : ` (${detail})`;
  return `${grouped(count)} ${counted}${told}`;
}

export function toAssertLines({ toAssert, inDoubt }: SecretsView, page: Layout): readonly string[] {
  return [toAssert, inDoubt].flatMap((note) =>
    note === null ? [] : page.wrap(note, "  ", "quiet"),
  );
}
