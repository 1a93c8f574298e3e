/** What a browser sends for a form, and acts that take note of it. */
import type { FaultError } from "../../../src/model/fault.ts";
import type { PageActs } from "../../../src/web/page/options.ts";
import type { World } from "./world.ts";

/** Acts that are noted instead. */
export function noting(fault?: FaultError) {
  const asked: unknown[] = [];
  const note =
    (act: string) =>
    async (...given: readonly unknown[]) => {
      if (fault) throw fault;
      asked.push([act, ...given]);
    };
  const [reconcile, accept, revoke] = ["reconcile", "accept", "revoke"].map(note);
  const acts = {
    ...{ accept, revoke },
    reconcile: async (...given: readonly unknown[]) => {
      await reconcile?.(...given);
      return { id: "a-run" };
    },
  } as PageActs;
  return { acts, asked };
}

export type Headers = Readonly<Record<string, string>>;

export function send(url: string, fields: Headers, headers: Headers = {}): Promise<Response> {
  const body = new URLSearchParams(fields);
  return fetch(url, { method: "POST", body, headers, redirect: "manual" });
}

export async function signIn({ url }: World, token: string, more: Headers = {}): Promise<Response> {
  return send(`${url}/sign-in`, { token, to: "/tenants/production", ...more });
}

export async function cookieOf(response: Response): Promise<Headers> {
  const [cookie = ""] = (response.headers.get("set-cookie") ?? "").split(";", 1);
  return { cookie };
}
