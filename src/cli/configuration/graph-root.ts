import type { Tenant } from "../../model/generated/service.ts";
import { isLoopback } from "../../model/network.ts";
import { type Cloud, clouds } from "../../tenant/clouds.ts";

/** Where Microsoft Graph and the sign-in service are for a tenant, each spelled in one way alone. */
export function cloudOf(cloud: Tenant["cloud"] = "global"): Cloud {
  if (typeof cloud === "string") return clouds[cloud];
  const { graph, authority = clouds.global.authority } = cloud;
  return { graph: new URL(graph).origin, authority: new URL(authority).origin };
}

/** Whether a text is a host alone, over https, or over http on this machine. */
export function isSafeOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  if (username || password || pathname !== "/" || search || hash) return false;
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
