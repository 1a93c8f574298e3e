/** Where people read the files of the definitions. */
import type { Drift } from "../../model/generated/drift.ts";

/** Where the place of a definition can be read; null where nobody said how, or it is of no commit. */
export type SourceLink = (of: Pick<Drift, "at" | "commit">) => string | null;

/** `template` as in `http.sourceUrl`. */
export function sourceLink(template: string | null): SourceLink {
  return ({ at, commit }) => {
    if (template === null || at === null || at.file.split("/").includes("..")) return null;
    if (commit === null && template.includes("{commit}")) return null;
    const filled: Readonly<Record<string, string>> = {
      commit: commit ?? "",
      file: at.file,
      line: String(at.line),
    };
    return template.replaceAll(/\{(commit|file|line)\}/g, (_whole, name: string) =>
      encoded(filled[name] ?? ""),
    );
  };
}

function encoded(path: string): string {
  return path
    .split("/")
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join("/");
}
