/** OData collections: all at once, or in pages when asked for. */
import { AADB2C, type Call, type JsonObject, type Reply, refuse, succeed } from "./reply.ts";
import type { TenantState } from "./tenant-state.ts";

/**
 * One page of a collection. $top asks for a page size, $skiptoken is made here and opaque to callers;
 * every other query option of OData is refused, because to ignore a filter would be to lie, but for
 * `options`: those `items` have been asked by.
 */
export function listPage(
  call: Call,
  state: TenantState,
  context: string,
  items: readonly JsonObject[],
  options: readonly string[] = [],
): Reply {
  const known = ["$top", "$skiptoken", ...options];
  const unknown = [...call.query.keys()].find((key) => key.startsWith("$") && !known.includes(key));
  if (unknown !== undefined) {
    return refuse(400, AADB2C, `The sandbox does not support ${unknown}: list all and choose.`);
  }
  const top = call.query.get("$top");
  if (top !== null && !/^[1-9]\d{0,2}$/.test(top)) {
    return refuse(400, AADB2C, "$top must be a whole number from 1 to 999.");
  }
  const start = readSkipToken(call.query.get("$skiptoken"));
  if (start === null) return refuse(400, AADB2C, "The $skiptoken is not one of this service.");
  const size = top === null ? (call.settings.pageSize ?? items.length) : Number(top);
  const end = start + size;
  const body = {
    "@odata.context": `${call.root}/$metadata#${context}`,
    ...(end < items.length && { "@odata.nextLink": nextLink(call, context, options, end) }),
    value: items.slice(start, end),
  };
  return succeed(200, body, state);
}

function nextLink(call: Call, context: string, options: readonly string[], start: number): string {
  const kept = [...options, "$top"].flatMap((name) => {
    const value = call.query.get(name);
    return value === null ? [] : [`${name}=${encodeURIComponent(value)}&`];
  });
  return `${call.root}/${context}?${kept.join("")}$skiptoken=${makeSkipToken(start)}`;
}

function makeSkipToken(start: number): string {
  return Buffer.from(`from ${start}`).toString("base64url");
}

/** The number of items to leave out; null when the token is none of ours. */
function readSkipToken(token: string | null): number | null {
  if (token === null) return 0;
  const start = /^from (\d{1,6})$/.exec(Buffer.from(token, "base64url").toString("utf8"))?.[1];
  return start === undefined ? null : Number(start);
}
