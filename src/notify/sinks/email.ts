/** Mail by SMTP. Addresses come from plumbline.yaml alone, and are given as such: nothing is parsed. */
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { isLoopback } from "../../model/network.ts";
import { html } from "../../report/markup.ts";
import type { Line, Message } from "../message.ts";
import { mailFailure } from "./mail-failure.ts";
import {
  type Attempt,
  again,
  guarded,
  type Limits,
  type ReadSecret,
  type Sink,
  STOPPED,
} from "./sink.ts";

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /** null: nobody signs in. */
  readonly login: { readonly user: string; readonly password: ReadSecret } | null;
  /** Addresses without names. */
  readonly from: string;
  readonly to: readonly string[];
  /** Milliseconds: for all up to the mail itself, and for the verdict on it. */
  readonly limits?: (Limits & { readonly before?: number; readonly verdict?: number }) | undefined;
}

/** Milliseconds that all may take up to the mail itself: some servers make everybody wait. */
const BEFORE = 60_000;
/** The same for the verdict on the mail (RFC 5321, 4.5.3.2.6). */
const VERDICT = 600_000;

export function emailSink(name: string, options: EmailOptions): Sink {
  const { login, limits = {} } = options;
  const { before = BEFORE, verdict = VERDICT } = limits;
  const read = async () => (login === null ? null : (await login.password()).reveal());
  const send = async (message: Message, password: string | null, signal: AbortSignal) => {
    // Who has it already is in its head, and is not sent it again.
    const to = options.to.filter((address) => !message.done.includes(markOf(address)));
    if (to.length === 0) return { result: "delivered" } as const;
    using phases = startPhases(before, verdict);
    const transport = await openTransport(options, password, phases);
    try {
      const envelope = { from: options.from, to };
      const both = AbortSignal.any([signal, phases.over]);
      const mail = { ...mailOf(message, options), envelope, signal: both };
      const { accepted, rejectedErrors } = await transport.sendMail(mail);
      return settled(to, rejectedErrors, accepted);
    } catch (thrown) {
      if (!phases.isSent() && signal.aborted) return again(STOPPED);
      if (!phases.isSent() && phases.over.aborted) return again("It did not answer in time.");
      const rejected = rejectedIn(thrown);
      // The others have it: it is no longer about the sender.
      if (message.done.length > 0 && rejected.length > 0) return settled(to, rejected);
      return mailFailure(thrown, phases.isSent());
    } finally {
      transport.close();
    }
  };
  return guarded(name, { read, send, longest: before + verdict }, limits);
}

type Phases = ReturnType<typeof startPhases>;

/** Milliseconds that all up to the mail may take, and from then on. */
function startPhases(before: number, verdict: number) {
  const over = new AbortController();
  const abort = () => over.abort();
  let timer = setTimeout(abort, before);
  let isSent = false;
  return {
    over: over.signal,
    isSent: () => isSent,
    send() {
      isSent = true;
      clearTimeout(timer);
      timer = setTimeout(abort, verdict);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

async function openTransport(options: EmailOptions, password: string | null, phases: Phases) {
  const { login, limits: { before = BEFORE, verdict = VERDICT } = {} } = options;
  // Loaded only where somebody wants mail.
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    ...connectionOf(options),
    ...(login !== null && password !== null && { auth: { user: login.user, pass: password } }),
    connectionTimeout: before,
    greetingTimeout: before,
    socketTimeout: before + verdict,
  });
  transport.use("stream", (mail, done) => {
    // It is read only once the server wants it, after DATA.
    mail.message.processFunc((content) => content.once("resume", phases.send));
    done();
  });
  return transport;
}

/** What the store knows a recipient by: no address. */
function markOf(address: string): string {
  return createHash("sha256").update(address).digest("hex").slice(0, 16);
}

/** What the server said of one recipient. */
interface Rejected {
  readonly recipient?: string | undefined;
  readonly responseCode?: number | undefined;
}

function rejectedIn(thrown: unknown): readonly Rejected[] {
  const found = thrown instanceof Error && "rejectedErrors" in thrown ? thrown.rejectedErrors : [];
  return Array.isArray(found) ? found : [];
}

/**
 * Whoever is answered 4yz is put off, as by greylisting (RFC 6647), and may have it later. Only who is
 * known to have it, or never to have it, is left out then: addresses may come back spelt otherwise.
 */
function settled(
  to: readonly string[],
  rejected: readonly Rejected[] = [],
  accepted: readonly (string | { readonly address: string })[] = [],
): Attempt {
  const isPutOff = ({ responseCode = 500 }: Rejected) => responseCode < 500;
  const later = rejected.filter(isPutOff);
  const never = rejected.filter((one) => !isPutOff(one));
  const refusal = never.length === 0 ? "" : `${never.length} of its recipients were refused.`;
  if (later.length === 0) {
    return refusal === "" ? { result: "delivered" } : { result: "delivered", but: refusal };
  }
  const codes = [...new Set(later.map(({ responseCode }) => responseCode))].join(", ");
  const reason = `${later.length} of its recipients were put off (${codes}). ${refusal}`.trim();
  const has = accepted.map((one) => (typeof one === "string" ? one : one.address));
  const over = new Set([...has, ...never.map(({ recipient = "" }) => recipient)].map(spelling));
  return { ...again(reason), done: to.filter((one) => over.has(spelling(one))).map(markOf) };
}

/** nodemailer writes domains in lower case, and puts some names in quotes: those are left as they are. */
function spelling(address: string): string {
  const at = address.lastIndexOf("@");
  return address.slice(0, at) + address.slice(at).toLowerCase();
}

/** Nothing leaves this machine without TLS, and no certificate is taken that is not trusted. */
export function connectionOf({ host, port }: Pick<EmailOptions, "host" | "port">) {
  const isLocal = isLoopback(isIP(host) === 6 ? `[${host}]` : host);
  const secure = port === 465;
  return {
    ...{ host, port, secure },
    requireTLS: !isLocal && !secure,
    // The certificate of a relay on this machine is seldom for its name.
    ignoreTLS: isLocal && !secure,
    tls: { minVersion: "TLSv1.2", rejectUnauthorized: true },
    ...{ disableFileAccess: true, disableUrlAccess: true, logger: false, debug: false },
  } as const;
}

export function mailOf(message: Message, { from, to }: Pick<EmailOptions, "from" | "to">) {
  const { id, title, lines, omitted, footing } = message;
  const more = omitted > 0 ? [{ tenants: "", text: `And ${omitted} more.` }] : [];
  const all = [...lines, ...more];
  return {
    from: { name: "Plumbline", address: from },
    to: to.map((address) => ({ name: "", address })),
    subject: `[Plumbline] ${title}`,
    messageId: `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    headers: { "auto-submitted": "auto-generated", "x-plumbline-id": id },
    text: [title, "", ...all.map(textOf), "", footing, ""].join("\n"),
    html: page(title, all, footing),
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}

function textOf({ tenants, text }: Line): string {
  return tenants === "" ? `- ${text}` : `- ${tenants}: ${text}`;
}

function page(title: string, lines: readonly Line[], footing: string): string {
  const items = lines.map(({ tenants, text }) =>
    tenants === "" ? html`<li>${text}</li>` : html`<li><strong>${tenants}</strong>: ${text}</li>`,
  );
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1 style="font-size:1.2em">${title}</h1><ul>${items}</ul><p style="color:#666">${footing}</p></body></html>`
    .html;
}
