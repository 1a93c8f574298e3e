/** How a path of Microsoft Graph is taken apart. */

/** Decoded, without the query; `collection('key')` is `collection/key`. */
export function segmentsOf(url: string): readonly string[] {
  const parts = pathOf(url)
    .split("/")
    .filter((part) => part !== "");
  return parts.flatMap((part) => {
    const [, name, key] = /^([^(]+)\('(.*)'\)$/.exec(part) ?? [];
    return name === undefined || key === undefined ? [part] : [name, key.replaceAll("''", "'")];
  });
}

function pathOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
