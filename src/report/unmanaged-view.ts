/** What no definition names, in words that hold for every format. */
import type { Unmanaged } from "../model/generated/run.ts";
import { name, url } from "./printable.ts";

/** A user flow has an id alone: it is what people see of it in the portal, too. */
export type UnmanagedView =
  | { readonly type: "flow"; readonly id: string }
  | {
      readonly type: "connector";
      /** null when Graph holds none. */
      readonly displayName: string | null;
      readonly id: string;
      readonly url: string;
    };

export function unmanagedView({ kind, displayName, id, targetUrl }: Unmanaged): UnmanagedView {
  if (kind === "UserFlow") return { type: "flow", id: name(id) };
  return {
    type: "connector",
    displayName: displayName === null ? null : name(displayName),
    id: name(id),
    url: targetUrl === null ? "(no URL)" : url(targetUrl),
  };
}
