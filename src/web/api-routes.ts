/** What the API has: from this table its routes are registered and its OpenAPI document is made. */
import type { Role } from "./caller.ts";

export const PREFIX = "/api/v1";

export interface ApiRoute {
  readonly method: "GET" | "POST";
  /** Below PREFIX, with {parameters}. */
  readonly path: string;
  /** What it is called, in the document and here. */
  readonly id: ApiOperation;
  readonly summary: string;
  /** The least that a caller must be. */
  readonly role: Role;
  /** In $defs of api.schema.json. */
  readonly query: "noQuery" | "runsQuery" | "auditQuery";
  /** In $defs of api.schema.json; null: there is no body. */
  readonly body: "reconcile" | "accept" | "revoke" | null;
  /** Reference to the schema of the answer; null: any object. */
  readonly answer: string | null;
}

export type ApiOperation =
  | "tenants"
  | "tenant"
  | "plan"
  | "drift"
  | "runs"
  | "run"
  | "audit"
  | "reconcile"
  | "accept"
  | "revoke"
  | "openapi";

const acting = { method: "POST", role: "operator", query: "noQuery" } as const;
const reading = { method: "GET", role: "viewer", query: "noQuery", body: null } as const;

export const routes: readonly ApiRoute[] = [
  {
    ...{ ...reading, path: "/tenants", id: "tenants", answer: "api.schema.json" },
    summary: "How every tenant stands.",
  },
  {
    ...{ ...reading, path: "/tenants/{name}", id: "tenant" },
    ...{ answer: "api.schema.json#/$defs/tenant", summary: "How one tenant stands." },
  },
  {
    ...{ ...reading, path: "/tenants/{name}/plan", id: "plan", answer: "plan.schema.json" },
    summary: "The plan that the last run made, as it was then: the tenant is not read.",
  },
  {
    ...{ ...reading, path: "/tenants/{name}/drift", id: "drift", answer: "drift.schema.json" },
    summary: "The differences between git and the tenant over time.",
  },
  {
    ...{ ...reading, path: "/tenants/{name}/runs", id: "runs", query: "runsQuery" },
    ...{ answer: "api.schema.json#/$defs/runs", summary: "The last runs, newest first." },
  },
  {
    ...{ ...reading, path: "/tenants/{name}/runs/{id}", id: "run", answer: "run.schema.json" },
    summary: "One run, with its plan and what became of it.",
  },
  {
    ...{ ...reading, path: "/tenants/{name}/audit", id: "audit", query: "auditQuery" },
    ...{ answer: "audit.schema.json", summary: "The newest entries of the audit, oldest first." },
  },
  {
    ...{ ...acting, path: "/tenants/{name}/reconcile", id: "reconcile", body: "reconcile" },
    answer: "run.schema.json",
    summary: "Runs the tenant now, by its mode, and answers when the run has ended.",
  },
  {
    ...{ ...acting, path: "/tenants/{name}/accept", id: "accept", body: "accept" },
    answer: "drift.schema.json",
    summary:
      "Lets one live value stay for a while, if it is still the one that was seen. Answers the differences as they stand then.",
  },
  {
    ...{ ...acting, path: "/tenants/{name}/revoke", id: "revoke", body: "revoke" },
    answer: "drift.schema.json",
    summary: "Ends that, also where it was over. Answers the differences as they stand then.",
  },
  {
    ...{ ...reading, path: "/openapi.json", id: "openapi", answer: null },
    summary: "This document.",
  },
];

/** What a path of the API may be asked with, for `Allow`; null: there is no such path. */
export function allowedMethods(path: string): string | null {
  const route = routes.find((one) => patternOf(one).test(path));
  if (route === undefined) return null;
  return route.method === "GET" ? "GET, HEAD" : route.method;
}

function patternOf({ path }: ApiRoute): RegExp {
  return new RegExp(`^${PREFIX}${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}
