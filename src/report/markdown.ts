/** The report as a comment on a pull request, in GitHub's Markdown. */
import type { View } from "./view.ts";

export function renderMarkdown(view: View): string {
  return `## ${view.title}\n`;
}
