/** Which resource a path of Microsoft Graph names. */
import { apiConnectors } from "./api-connector.ts";
import { directoryAudits } from "./directory-audit.ts";
import { segmentsOf } from "./path-segments.ts";
import { type Refusal, type Resource, unknownSegment } from "./reply.ts";
import { b2cUserFlows, b2xUserFlows } from "./user-flow.ts";

/** Every kind of object that the practice tenant has. */
const RESOURCES: readonly Resource[] = [apiConnectors, b2xUserFlows, b2cUserFlows, directoryAudits];

/** Where a path leads. */
export interface Route {
  readonly version: string;
  readonly resource: Resource;
  readonly segments: readonly string[];
}

/** Paths count without regard to case. A kind that a version does not have is not found there. */
export function findRoute(url: string): Route | Refusal {
  const [asked = "", root = "", collection = "", ...segments] = segmentsOf(url);
  const version = asked.toLowerCase();
  if (version !== "v1.0" && version !== "beta") return unknownSegment(asked);
  const rooted = RESOURCES.filter((each) => (each.root ?? "identity") === root.toLowerCase());
  if (rooted.length === 0) return unknownSegment(root);
  const resource = rooted.find((each) => each.collection === collection.toLowerCase());
  if (!resource?.versions.includes(version)) return unknownSegment(collection);
  return { version, resource, segments };
}
