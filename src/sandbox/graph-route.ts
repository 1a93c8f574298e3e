/** Which resource a path of Microsoft Graph names. */
import { apiConnectors } from "./api-connector.ts";
import { type Refusal, type Resource, unknownSegment } from "./reply.ts";

/** Every kind of object that the practice tenant has. */
const RESOURCES: readonly Resource[] = [apiConnectors];

/** Where a path leads. */
export interface Route {
  readonly version: string;
  readonly resource: Resource;
  readonly segments: readonly string[];
}

/** Paths count without regard to case; `collection('key')` is `collection/key`. */
export function findRoute(url: string): Route | Refusal {
  const parts = pathOf(url)
    .split("/")
    .filter((part) => part !== "");
  const segments = parts.flatMap((part) => {
    const [, name, key] = /^([^(]+)\('(.*)'\)$/.exec(part) ?? [];
    return name === undefined || key === undefined ? [part] : [name, key.replaceAll("''", "'")];
  });
  const [version = "", root = "", collection = "", ...rest] = segments;
  if (!/^(v1\.0|beta)$/i.test(version)) return unknownSegment(version);
  if (root.toLowerCase() !== "identity") return unknownSegment(root);
  const resource = RESOURCES.find((each) => each.collection === collection.toLowerCase());
  if (resource === undefined) return unknownSegment(collection);
  return { version: version.toLowerCase(), resource, segments: rest };
}

function pathOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
