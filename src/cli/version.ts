import { readFileSync } from "node:fs";

/** Version of the program, from package.json beside src/ or dist/. */
export const version = readVersion();

function readVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  const content: unknown = JSON.parse(readFileSync(file, "utf8"));
  const isPackage = typeof content === "object" && content !== null && "version" in content;
  return isPackage ? String(content.version) : "unknown";
}
