/** What stands for a text in a place where the text itself must not, or need not, be. */
import { hash } from "node:crypto";

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(text: string): string {
  return `sha256:${hash("sha256", text)}`;
}
