import type { Tenant } from "../model/generated/service.ts";
import { type Cloud, clouds } from "../tenant/clouds.ts";

/** Where Microsoft Graph and the sign-in service are for a tenant, each spelled in one way alone. */
export function cloudOf(cloud: Tenant["cloud"] = "global"): Cloud {
  if (typeof cloud === "string") return clouds[cloud];
  const { graph, authority = clouds.global.authority } = cloud;
  return { graph: new URL(graph).origin, authority: new URL(authority).origin };
}
