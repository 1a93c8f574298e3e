/** Mail by SMTP. Addresses come from plumbline.yaml alone, and are given as such: nothing is parsed. */
import { isIP } from "node:net";
import { isLoopback } from "../../model/network.ts";
import { html } from "../../report/markup.ts";
import type { Line, Message } from "../message.ts";
import { mailFailure } from "./mail-failure.ts";
import {
  type Attempt,
  again,
  guarded,
  type ReadSecret,
  type Sink,
  STOPPED,
  TIMEOUT,
} from "./sink.ts";

export interface EmailOptions {
  readonly host: string;
  readonly port: number;
  /** null: nobody signs in. */
  readonly login: { readonly user: string; readonly password: ReadSecret } | null;
  /** Addresses without names. */
  readonly from: string;
  readonly to: readonly string[];
  /** Milliseconds. */
  readonly timeout?: number | undefined;
}

/** Mails of which it is remembered who has them: after a restart all are sent them again. */
const MOST_PUT_OFF = 1_000;

export function emailSink(name: string, options: EmailOptions): Sink {
  const putOff = new Map<string, readonly string[]>();
  return guarded(name, async (message, signal) => {
    const { login, timeout = TIMEOUT } = options;
    const password = login === null ? null : (await login.password()).reveal();
    // Loaded only where somebody wants mail.
    const { createTransport } = await import("nodemailer");
    const limit = AbortSignal.timeout(timeout);
    const transport = createTransport({
      ...connectionOf(options),
      ...(login !== null && password !== null && { auth: { user: login.user, pass: password } }),
      connectionTimeout: timeout,
      greetingTimeout: timeout,
      socketTimeout: timeout,
    });
    try {
      const both = AbortSignal.any([signal, limit]);
      // Who has it already is in its head, and is not sent it again.
      const to = [...(putOff.get(message.id) ?? options.to)];
      const { rejectedErrors = [] } = await transport.sendMail({
        ...mailOf(message, options),
        envelope: { from: options.from, to },
        signal: both,
      });
      return remembered(putOff, message.id, rejectedErrors);
    } catch (thrown) {
      if (signal.aborted) return again(STOPPED);
      if (limit.aborted) return again("It did not answer in time.");
      return mailFailure(thrown);
    } finally {
      transport.close();
    }
  });
}

/** What the server said of one recipient. */
interface Rejected {
  readonly recipient?: string | undefined;
  readonly responseCode?: number | undefined;
}

/** Whoever is answered 4yz is put off, as by greylisting (RFC 6647), and may have it later. */
function remembered(
  putOff: Map<string, readonly string[]>,
  id: string,
  rejected: readonly Rejected[],
): Attempt {
  const later = rejected.filter(({ responseCode = 500 }) => responseCode < 500);
  const left = later.flatMap(({ recipient }) => recipient ?? []);
  const never = rejected.length - later.length;
  const refusal = never === 0 ? "" : `${never} of its recipients were refused.`;
  putOff.delete(id);
  if (left.length === 0) {
    return refusal === "" ? { result: "delivered" } : { result: "delivered", but: refusal };
  }
  putOff.set(id, left);
  const [oldest = ""] = putOff.keys();
  if (putOff.size > MOST_PUT_OFF) putOff.delete(oldest);
  const codes = [...new Set(later.map(({ responseCode }) => responseCode))].join(", ");
  return again(`${left.length} of its recipients were put off (${codes}). ${refusal}`.trim());
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
  const { id, title, lines, omitted } = message;
  const more = omitted > 0 ? [{ tenants: "", text: `And ${omitted} more.` }] : [];
  const all = [...lines, ...more];
  return {
    from: { name: "Plumbline", address: from },
    to: to.map((address) => ({ name: "", address })),
    subject: `[Plumbline] ${title}`,
    messageId: `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    headers: { "auto-submitted": "auto-generated", "x-plumbline-id": id },
    text: [title, "", ...all.map(textOf), "", `Plumbline ${id}`, ""].join("\n"),
    html: page(title, all, id),
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}

function textOf({ tenants, text }: Line): string {
  return tenants === "" ? `- ${text}` : `- ${tenants}: ${text}`;
}

function page(title: string, lines: readonly Line[], id: string): string {
  const items = lines.map(({ tenants, text }) =>
    tenants === "" ? html`<li>${text}</li>` : html`<li><strong>${tenants}</strong>: ${text}</li>`,
  );
  return html`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1 style="font-size:1.2em">${title}</h1><ul>${items}</ul><p style="color:#666">Plumbline ${id}</p></body></html>`
    .html;
}
