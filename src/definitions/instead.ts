/** Definitions that stand in the place of those in git, as if somebody had written them there. */
import path from "node:path";
import type { CachedFile } from "./file-cache.ts";
import { type Draft, parseText } from "./parsed-file.ts";

/** YAML of one definition, by its name; null: there is to be none. */
export type Instead = Readonly<Record<string, string | null>>;

/** The same files without those definitions, and one for each new one, as if it stood beside plumbline.yaml. */
export function replacedBy(
  instead: Instead,
  files: readonly CachedFile[],
  root: string,
): readonly CachedFile[] {
  const flows = new Set(Object.keys(instead).map((name) => name.toLowerCase()));
  const isReplaced = ({ kind, name }: Draft) =>
    name !== null &&
    // Graph takes the id of a user flow in any letter case, and git may have another than the journal.
    (kind === "UserFlow" ? flows.has(name.toLowerCase()) : Object.hasOwn(instead, name));
  const left = files.map(({ parsed, ...file }) => {
    const drafts = parsed.drafts.filter((draft) => !isReplaced(draft));
    return { ...file, parsed: { ...parsed, drafts } };
  });
  const added = Object.entries(instead).flatMap(([name, text]): CachedFile[] => {
    if (text === null) return [];
    const shown = `the earlier state of ${name}`;
    return [{ path: path.join(root, `${name}.yaml`), shown, parsed: parseText(text) }];
  });
  return [...left, ...added];
}
