/** Lines of text in a given width. Only whole lines and words are coloured, after wrapping. */
import { styleText } from "node:util";
import type { Tone } from "./wording.ts";

export type Style = Tone | "plain" | "strong";

const styles = {
  plain: "reset",
  strong: "bold",
  create: "green",
  update: "yellow",
  adopt: "cyan",
  delete: "red",
  held: "magenta",
  good: "green",
  bad: "red",
  quiet: "dim",
} as const satisfies Record<Style, Parameters<typeof styleText>[0]>;

export interface Layout {
  paint(text: string, style: Style): string;
  /** Wraps at spaces; every line starts with `indent`, all but the first with `hanging` more. */
  wrap(text: string, indent: string, style?: Style, hanging?: string): readonly string[];
  /** True when the text stays on one line behind this indentation. */
  fits(text: string, indent: string): boolean;
}

export function layout(options: { readonly colour: boolean; readonly width: number }): Layout {
  const width = Math.max(20, options.width);
  const paint = (text: string, style: Style) =>
    options.colour && style !== "plain"
      ? styleText(styles[style], text, { validateStream: false })
      : text;
  return {
    paint,
    wrap: (text, indent, style = "plain", hanging = "") =>
      wrapped(text, width - indent.length, hanging).map((line) => indent + paint(line, style)),
    fits: (text, indent) => indent.length + length(text) <= width,
  };
}

/** A value between quotes: no value can end them. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function length(text: string): number {
  return [...text].length;
}

/** A word that is longer than the width stands alone on its line, whole, so that it can be copied. */
function wrapped(text: string, width: number, hanging: string): readonly string[] {
  const lines: string[] = [];
  let line: string | null = null;
  for (const word of text.split(" ")) {
    if (line === null) line = word;
    else if (length(line) + 1 + length(word) <= width) line = `${line} ${word}`;
    else {
      lines.push(line);
      line = hanging + word;
    }
  }
  return line === null ? lines : [...lines, line];
}
