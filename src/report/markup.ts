/** How text becomes text, and nothing else, in HTML and in GitHub's Markdown. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML that is ready: made by the `html` tag alone. */
export interface Html {
  readonly html: string;
}

/** A template in which everything is escaped but what comes from another such template. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const parts = strings.map((string, index) => string + inserted(values[index] ?? ""));
  return { html: parts.join("") };
}

function inserted(value: string | Html | readonly Html[]): string {
  if (typeof value === "string") return escapeHtml(value);
  return "html" in value ? value.html : value.map((part) => part.html).join("");
}

/** Text for an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/**
 * Text in which a path may break behind a slash, and a URL and the path of a field behind a dot too, so
 * that no browser breaks them in the middle of a name; a thumbprint breaks in two halves. Copied, it is the same text.
 */
export function breakable(text: string): Html {
  const words = text.split(/(\s+)/).map((word) => {
    const ends = /:\/\/|^spec\./.test(word) ? /(\/+|\.)(?=[^/.])/g : /(\/+)(?=[^/])/g;
    return escapeHtml(word).replace(ends, "$1<wbr>").replace(THUMBPRINT, "$1<wbr>$2");
  });
  return { html: words.join("") };
}

const THUMBPRINT = /\b([0-9A-F]{20})([0-9A-F]{20})\b/g;

const CODE_OR_LINK = /`[^`]+`|[a-z][a-z0-9+.-]{0,20}:\/\/\S+|www\.\S+/gi;

/**
 * A sentence in Markdown. GitHub links mentions, issues and URLs after it has read the Markdown, so
 * escaping is not enough: those are broken by an invisible space, or stand as code.
 */
export function prose(text: string): string {
  const codes = text.match(CODE_OR_LINK) ?? [];
  return text
    .split(CODE_OR_LINK)
    .map((words, index) => escapeProse(words) + codeOrNothing(codes[index]))
    .join("")
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d+)([.)])/, "$1\\$2");
}

function codeOrNothing(code: string | undefined): string {
  if (code === undefined) return "";
  return codeSpan(code.startsWith("`") ? code.slice(1, -1) : code);
}

function escapeProse(text: string): string {
  return text
    .replace(/[\\`*_{}[\]|~$!]/g, "\\$&")
    .replace(/[&<>]/g, escapeHtml)
    .replace(/@/g, "@\u200b")
    .replace(/#/g, "\\#\u200b")
    .replace(/\b(gh-)(?=\d)/gi, "$1\u200b");
}

/** A run of backticks that is longer than any in the text. */
function ticks(text: string, least: number): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(Math.max(least, longest + 1));
}

/** A value as code. It must not hold a newline. */
export function codeSpan(text: string): string {
  // Markdown has no empty code.
  if (text.trim() === "") return "`(empty)`";
  const fence = ticks(text, 1);
  const edge = /^[` ]|[` ]$/.test(text) ? " " : "";
  return `${fence}${edge}${text}${edge}${fence}`;
}

export function codeBlock(language: string, lines: readonly string[]): string {
  const text = lines.join("\n");
  const fence = ticks(text, 3);
  return `${fence}${language}\n${text}\n${fence}`;
}
