/** The page of a tenant for somebody who wrote something that was not done, to go on with it. */
import type { WebLog } from "../../log.ts";
import type { PageOptions } from "../options.ts";
import type { Shown } from "../reading/differences.ts";
import { tenantPage } from "../reading/tenant.ts";
import { notDonePage } from "../refusals.ts";
import type { Reader } from "../signing-in/readers.ts";
import type { Refused } from "./said.ts";

/** Answers a page, also where the one of the tenant cannot be made: then what was written is told alone. */
export type GoOn = (tenant: string, refused: Refused, reader: Reader) => Promise<string>;

export function openGoOn(options: PageOptions, log: WebLog): GoOn {
  return async (tenant, refused, reader) => {
    const { message, draft } = refused;
    const past = await options.tenant(tenant).catch((error: unknown) => {
      log.warn("The page of a tenant could not be made for what somebody wrote.", error);
      return null;
    });
    const reason = draft?.reason ?? "";
    if (past === null) return notDonePage(tenant, message, { reader, reason });
    return tenantPage(past, { ...shownTo(reader, options), draft }, { refused });
  };
}

export function shownTo(reader: Reader, { now, sourceLink }: PageOptions): Shown {
  return { reader, now: now(), sourceLink };
}
