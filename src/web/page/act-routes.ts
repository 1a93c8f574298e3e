/** What an operator asks for by a form of the page, and where that leads. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type FaultCode, FaultError } from "../../model/fault.ts";
import { forbidden } from "../callers.ts";
import { refuseCrossOrigin } from "../same-origin.ts";
import { LONGEST_REASON } from "./act-forms.ts";
import { sendPage, textOf, turnAway } from "./answers.ts";
import type { PageActs, PageOptions } from "./options.ts";
import { type Act, tenantPath } from "./paths.ts";
import type { Reader, Readers } from "./readers.ts";
import { notDonePage, unknownTenantPage } from "./refusals.ts";

interface Of {
  readonly Params: { readonly tenant: string };
}

/** `field` answers what stands in one of the form; empty where it is missing or there twice. */
type Doing = (tenant: string, field: (name: string) => string, by: string) => Promise<unknown>;

/** Adds POST of each act; whoever may do it is led back to the tenant. */
export function addActs(scope: FastifyInstance, options: PageOptions, readers: Readers): void {
  const acts = actsOf(options.acts);
  for (const [act, doing] of Object.entries(acts)) {
    scope.post<Of>(`/tenants/:tenant/${act}`, async (request, reply) => {
      const { tenant } = request.params;
      const reader = await admit(request, readers);
      if ("error" in reader) return turnAway(reader, tenantPath(tenant), reply);
      if (!options.names.includes(tenant)) {
        return sendPage(reply.code(404), unknownTenantPage(tenant, options.names, reader));
      }
      // What reads a tenant may wait longer than a connection may be silent.
      request.raw.socket.setTimeout(0);
      try {
        await doing(tenant, (name) => textOf(request.body, name), reader.name);
      } catch (error) {
        return notDone(error, { tenant, reader, reply });
      }
      return reply.redirect(tenantPath(tenant), 303);
    });
  }
}

function actsOf({ reconcile, accept, revoke }: PageActs): Readonly<Record<Act, Doing>> {
  return {
    reconcile: (tenant, _field, by) => soon(reconcile(tenant, by)),
    accept: async (tenant, field, by) => {
      const [name, path, seen] = [field("name"), field("path"), field("seen")];
      const reason = field("reason").trim().slice(0, LONGEST_REASON);
      await accept(tenant, { name, path, seen, until: field("until"), reason }, by);
    },
    revoke: (tenant, field, by) => revoke(tenant, { name: field("name"), path: field("path") }, by),
  };
}

async function admit(request: FastifyRequest, { readerOf }: Readers) {
  const refusal = refuseCrossOrigin(request.headers);
  if (refusal !== null) return refusal;
  const reader = await readerOf(request);
  if ("error" in reader || reader.isOperator) return reader;
  return forbidden(`${reader.name} is a viewer, and only an operator may do this.`);
}

/**
 * Milliseconds that a browser waits for a run; one that takes longer goes on, and its page says so.
 * Longer than a run waits for another process that has the tenant, which is to be told.
 */
const PATIENCE = 20_000;

async function soon(run: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([run, late]).finally(() => clearTimeout(timer));
}

interface NotDone {
  readonly tenant: string;
  readonly reader: Reader;
  readonly reply: FastifyReply;
}

const notNow: readonly FaultCode[] = ["store", "unavailable", "stopped"];

function notDone(error: unknown, { tenant, reader, reply }: NotDone): FastifyReply {
  if (!(error instanceof FaultError)) throw error;
  const { code, message } = error.fault;
  const status = notNow.includes(code) ? 503 : 409;
  return sendPage(reply.code(status), notDonePage(tenant, message, reader));
}
