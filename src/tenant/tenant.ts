/**
 * One Microsoft Entra tenant through Microsoft Graph: this room promises that a listing is whole or
 * fails, that a create is sent once, and that every failure is one fault with a sentence that says
 * what to do. It is the only room that knows Graph's addresses, types and errors, and refuses to
 * know what a definition, a plan or the store is.
 */
import type { Clock } from "../model/clock.ts";
import { FaultError, failure } from "../model/fault.ts";
import type { Observed } from "../model/live.ts";
import { isLoopback } from "../model/network.ts";
import type { Redactor } from "../model/secret.ts";
import type { TenantIdentity, TenantReader, TenantWriter, WrittenKind } from "../model/tenant.ts";
import { openBudget } from "./budget.ts";
import { callerOf } from "./caller.ts";
import { openChain } from "./chain.ts";
import { pathOf } from "./clouds.ts";
import { type Credential, openSignIn, secretsOf } from "./credentials.ts";
import { type KnownQuestion, readAudits } from "./directory-audits.ts";
import type { Asked, Method } from "./exchange.ts";
import type { FaultContext } from "./faults.ts";
import { kinds } from "./kinds.ts";
import { type KnownListing, listAll } from "./listing.ts";
import { isCarried, openTokens } from "./tokens.ts";
import { openTransport, type RequestEvent, type Transport } from "./transport.ts";
import { bindStep } from "./user-flow-binding.ts";
import { type KnownNames, readUserFlows, withSteps } from "./user-flows.ts";
import { createObject, deleteObject, segment, updateObject, uploadCertificate } from "./writing.ts";

export type { Credential } from "./credentials.ts";
export type { RequestEvent } from "./transport.ts";

export interface AccessOptions {
  readonly tenant: TenantIdentity;
  /** Root of the sign-in service; not used with a ready token. */
  readonly authority: string;
  readonly credential: Credential;
  /** Percent of the 200 requests a minute that Graph allows an app in a tenant. */
  readonly budget: number;
  readonly redactor: Redactor;
  readonly clock: Clock;
  /** Milliseconds that one try of a request may take. Default: 30,000. */
  readonly timeout?: number;
  /** From 0 up to 1, for the jitter of retries. Default: Math.random. */
  readonly random?: () => number;
  /** Must not throw. */
  readonly onRequest?: (event: RequestEvent) => void;
}

/** Sign-in, budget and connections of one tenant: opened once, shared by its readers and writers. */
export interface Access {
  readonly context: FaultContext;
  /** Requests that would not wait now for the budget or for Graph. */
  readonly budgetLeft: () => number;
  /** Passes GET and nothing else. */
  readonly reading: Transport;
  /** The same, sent once: whatever comes of it disturbs nobody else. */
  readonly asking: Transport;
  /** The current access token; null before the first request. */
  readonly token: () => string | null;
  readonly writing: Transport;
  /** Spares taking the same text apart again; what is live is read each time. */
  readonly known: Readonly<Record<WrittenKind, KnownListing<Observed>>>;
  readonly names: KnownNames;
  readonly question: KnownQuestion;
  readonly clock: Clock;
}

/** Sends nothing yet. Throws a FaultError `configuration` for an address that would not be safe. */
export function openAccess(options: AccessOptions): Access {
  const { tenant, authority, credential, redactor, clock, onRequest, timeout = 30_000 } = options;
  checkAddresses(options);
  checkCredential(options);
  for (const secret of secretsOf(credential)) redactor.add(secret);
  const context = { tenant, redactor };
  const goal = {
    directory: tenant.tenantId,
    scope: `${tenant.graph}/.default`,
    goal: `tenant ${tenant.name}`,
  };
  const signIn = openSignIn(credential, { ...goal, authority, redactor }, timeout);
  const links = {
    context,
    tokens: openTokens(signIn, clock),
    budget: openBudget(options.budget, clock),
    clock,
    random: options.random ?? Math.random,
    timeout,
  };
  const open = (only: "GET" | null, patience?: "none") =>
    openTransport({ context, chain: openChain(links, only, patience), clock, onRequest });
  return {
    context,
    budgetLeft: links.budget.left,
    reading: open("GET"),
    asking: open("GET", "none"),
    token: links.tokens.last,
    writing: open(null),
    known: { ApiConnector: { last: null } },
    names: { tokenStep: null },
    question: { form: "changes", rest: null },
    clock,
  };
}

/** Holds no way to write: no method here, and a transport that passes GET alone. */
export function openReader(access: Access): TenantReader {
  return reader(access, access.reading);
}

export function openWriter(access: Access): TenantWriter {
  const { context, writing, names } = access;
  return {
    ...reader(access, writing),
    async create(write, signal, request) {
      const asked = ask(access, "POST", write.kind);
      return createObject(writing, asked, write, context, signal, request);
    },
    async update(id, write, signal, request) {
      const asked = ask(access, "PATCH", write.kind, id);
      return updateObject(writing, asked, write, context, signal, request);
    },
    async upload(kind, id, certificate, signal, request) {
      const object = ask(access, "POST", kind, id);
      const asked = { ...object, path: `${object.path}/${kinds[kind].upload}` };
      return uploadCertificate(writing, asked, certificate, context, signal, request);
    },
    async delete(kind, id, signal, request) {
      return deleteObject(writing, ask(access, "DELETE", kind, id), context, signal, request);
    },
    async bind(flow, step, connectorId, signal, request) {
      const flows = { transport: writing, context, names };
      return bindStep(flow, { step, connectorId }, flows, signal, request);
    },
  };
}

function reader(access: Access, transport: Transport): TenantReader {
  const { context, known, names } = access;
  const flows = { transport, context, names };
  return {
    async list(kind, signal) {
      const toObject = kinds[kind].toObserved;
      const options = { transport, context, toObject, known: known[kind] };
      return listAll(ask(access, "GET", kind), options, signal);
    },
    async userFlows(named, signal) {
      return readUserFlows(flows, named, signal);
    },
    async userFlow(flow, signal) {
      return withSteps(flow, flows, signal);
    },
    async audits(since, signal) {
      const { asking: transport, question, token, clock } = access;
      const found = await readAudits({ transport, context, question, clock }, since, signal);
      return { ...found, caller: callerOf(token()) };
    },
  };
}

function ask(
  { context }: Access,
  method: Method,
  kind: WrittenKind,
  id: string | null = null,
): Asked {
  const { collection } = kinds[kind];
  const path = pathOf(context.tenant.graph, collection);
  if (path === null)
    throw unusable(`The cloud of tenant ${context.tenant.name} has no ${collection}.`);
  return { method, kind, id, path: id === null ? path : `${path}/${segment(id)}` };
}

function checkAddresses({ tenant, authority, credential }: AccessOptions): void {
  const graph = URL.parse(tenant.graph);
  if (graph === null || graph.origin !== tenant.graph) {
    throw unusable(
      `The graph address of tenant ${tenant.name} must be a root such as https://graph.microsoft.com, without a path or a trailing slash.`,
    );
  }
  const local = isLoopback(graph.hostname);
  if (graph.protocol !== "https:" && !(graph.protocol === "http:" && local)) {
    throw unusable(
      `The graph address of tenant ${tenant.name} must begin with https://: only a practice tenant on this machine may be reached over http.`,
    );
  }
  if (credential.type === "token") {
    if (local) return;
    throw unusable(
      `A ready token serves only a practice tenant on this machine: choose another credential for tenant ${tenant.name}, which is at ${graph.host}.`,
    );
  }
  if (URL.parse(authority)?.protocol !== "https:") {
    throw unusable(
      `The authority of tenant ${tenant.name} must be an address that begins with https://.`,
    );
  }
}

/** What a broken paste or file leaves in a credential would otherwise look like a broken network. */
function checkCredential({ tenant, credential }: AccessOptions): void {
  if (credential.type === "token" && !isCarried(credential.token.reveal())) {
    throw unusable(
      `The token of tenant ${tenant.name} is empty or holds a space, a line break or another character that no request can carry: store it again, as one line.`,
    );
  }
  if (credential.type === "clientSecret" && /^$|\p{Cc}/u.test(credential.secret.reveal())) {
    throw unusable(
      `The client secret of tenant ${tenant.name} is empty or holds a line break or another control character: store it again, as one line.`,
    );
  }
}

function unusable(message: string): FaultError {
  return new FaultError(failure("configuration", message));
}
