/** The report as one page to forward. */
import type { View } from "./view.ts";

export function renderHtml(view: View): string {
  return `<!doctype html><title>${view.title}</title>\n`;
}
