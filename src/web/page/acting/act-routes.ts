/** What an operator asks for by a form of the page, and where that leads. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type FaultCode, FaultError } from "../../../model/fault.ts";
import { inOneLine } from "../../../report/printable.ts";
import { refuseViewer } from "../../callers.ts";
import type { WebLog } from "../../log.ts";
import { STORE } from "../../refusal.ts";
import { refuseCrossOrigin } from "../../same-origin.ts";
import { sendPage, textOf, turnAway } from "../answers.ts";
import type { Field, PageActs, PageOptions, Word } from "../options.ts";
import { type Act, type Done, donePath, tenantPath } from "../paths.ts";
import { notDonePage, unknownTenantPage } from "../refusals.ts";
import type { Reader, Readers } from "../signing-in/readers.ts";
import { signInPage } from "../signing-in/sign-in.ts";
import { LONGEST_REASON } from "./act-forms.ts";
import type { GoOn } from "./go-on.ts";

interface Of {
  readonly Params: { readonly tenant: string };
}

/** Answers what is done when it resolves. */
type Doing = (tenant: string, form: unknown, by: string) => Promise<Done>;

export interface Acting {
  readonly readers: Readers;
  readonly log: WebLog;
  readonly goOn: GoOn;
}

/** Adds POST of each act; whoever may do it is led back to the tenant. */
export function addActs(scope: FastifyInstance, options: PageOptions, acting: Acting): void {
  const acts = actsOf(options.acts);
  for (const act of Object.keys(acts) as Act[]) {
    scope.post<Of>(`/tenants/:tenant/${act}`, async (request, reply) => {
      const { tenant } = request.params;
      const reader = await admit(request, acting);
      if ("error" in reader) {
        const isLost = reader.status === 401 && act === "accept";
        if (!isLost) return turnAway(reader, tenantPath(tenant), reply);
        const draft = { tenant, word: wordIn(request.body) };
        return sendPage(reply.code(401), signInPage(tenantPath(tenant), null, draft));
      }
      if (!options.names.includes(tenant)) {
        return sendPage(reply.code(404), unknownTenantPage(tenant, options.names, reader));
      }
      // What reads a tenant may wait longer than a connection may be silent.
      request.raw.socket.setTimeout(0);
      try {
        const done = await acts[act](tenant, request.body, reader.name);
        return reply.redirect(donePath(tenant, done), 303);
      } catch (error) {
        const draft = act === "accept" ? wordIn(request.body) : null;
        return await notDone(error, { tenant, reader, reply, draft, acting });
      }
    });
  }
}

function actsOf({ reconcile, accept, revoke }: PageActs): Readonly<Record<Act, Doing>> {
  return {
    reconcile: async (tenant, _form, by) => {
      const run = await soon(reconcile(tenant, by));
      return { act: "reconcile", run: run?.id ?? null };
    },
    accept: async (tenant, form, by) => {
      await accept(tenant, wordIn(form), by);
      return { act: "accept", ...fieldIn(form) };
    },
    revoke: async (tenant, form, by) => {
      await revoke(tenant, fieldIn(form), by);
      return { act: "revoke", ...fieldIn(form) };
    },
  };
}

function fieldIn(form: unknown): Field {
  return { name: textOf(form, "name"), path: textOf(form, "path") };
}

/** As the form has it. */
export function wordIn(form: unknown): Word {
  const reason = inOneLine(textOf(form, "reason")).slice(0, LONGEST_REASON);
  return { ...fieldIn(form), seen: textOf(form, "seen"), until: textOf(form, "until"), reason };
}

async function admit(request: FastifyRequest, { readers, log }: Acting) {
  const refusal = refuseCrossOrigin(request);
  if (refusal !== null) return refusal;
  const reader = await readers.readerOf(request);
  if ("error" in reader || reader.isOperator) return reader;
  return refuseViewer(reader.name, request, log);
}

/**
 * Milliseconds that a browser waits for a run; one that takes longer goes on, and its page says so.
 * Longer than a run waits for another process that has the tenant, which is to be told.
 */
const PATIENCE = 20_000;

/** null: it goes on. */
async function soon<Ended>(run: Promise<Ended>): Promise<Ended | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, null);
  });
  return await Promise.race([run, late]).finally(() => clearTimeout(timer));
}

interface NotDone {
  readonly tenant: string;
  readonly reader: Reader;
  readonly reply: FastifyReply;
  readonly draft: Word | null;
  readonly acting: Acting;
}

const notNow: readonly FaultCode[] = ["store", "unavailable", "stopped"];

async function notDone(
  error: unknown,
  { tenant, reader, reply, draft, acting }: NotDone,
): Promise<FastifyReply> {
  if (!(error instanceof FaultError) || error.fault.code === "internal") throw error;
  const { code } = error.fault;
  if (code === "store") acting.log.warn("What somebody asked for on the page was not done.", error);
  const message = code === "store" ? STORE : error.fault.message;
  reply.code(notNow.includes(code) ? 503 : 409);
  const page =
    draft === null
      ? notDonePage(tenant, message, { reader })
      : await acting.goOn(tenant, { message, draft }, reader);
  return sendPage(reply, page);
}
