import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { messageOf } from "../../src/notify/message.ts";
import {
  connectionOf,
  type EmailOptions,
  emailSink,
  mailOf,
} from "../../src/notify/sinks/email.ts";
import { makeTlsIdentity } from "../../src/sandbox/tls-identity.ts";
import { alertOf } from "../contracts/alerts.contract.ts";
import { anyText } from "../report/hostile.ts";
import { closedPort } from "./http-receiver.ts";
import { driftOf, newsOf, seenAt } from "./samples.ts";
import { type SmtpReceiver, startSmtpReceiver } from "./smtp-receiver.ts";

const going = new AbortController().signal;
const id = "0123456789abcdef0123456789abcdef";
const message = messageOf({ id, alerts: [alertOf("production", { text: "It <b>failed</b>." })] });
const addresses = { from: "plumbline@contoso.com", to: ["a@contoso.com", "b@contoso.com"] };

function send(port: number, more: Partial<EmailOptions> = {}) {
  const options = { host: "127.0.0.1", port, login: null, ...addresses, ...more };
  return emailSink("mail", options).send(message, going);
}

function headersOf(data: string): readonly string[] {
  const [head = ""] = data.split("\n\n");
  return head.replace(/\n[ \t]+/g, " ").split("\n");
}

test("a mail server is given text and HTML, with the id of the alert to deduplicate", async () => {
  await using receiver = await startSmtpReceiver();
  expect(await send(receiver.port)).toEqual({ result: "delivered" });
  const [mail] = receiver.mails;
  expect(mail).toMatchObject({ ...addresses, login: null });
  const headers = headersOf(mail!.data);
  expect(headers).toContain("From: Plumbline <plumbline@contoso.com>");
  expect(headers).toContain("To: a@contoso.com, b@contoso.com");
  expect(headers).toContain("Subject: [Plumbline] Runs fail: production");
  expect(headers).toContain(`Message-ID: <${id}@contoso.com>`);
  expect(headers).toContain("Auto-Submitted: auto-generated");
  expect(mail!.data).toContain("- production: It <b>failed</b>.");
  expect(mail!.data.replaceAll("=\n", "")).toContain("It &lt;b&gt;failed&lt;/b&gt;.");
});

test("the same alert has the same Message-ID when it is sent again", async () => {
  await using receiver = await startSmtpReceiver();
  await send(receiver.port);
  await send(receiver.port);
  const ids = receiver.mails.map(({ data }) => /^Message-ID: .*$/im.exec(data)?.[0]);
  expect(ids[0]).toBe(ids[1]);
});

test("a password is used where one is named, and is in no reason when it is refused", async () => {
  await using receiver = await startSmtpReceiver();
  receiver.offers.push("AUTH PLAIN");
  const login = { user: "plumbline", password: async () => new Secret("canary") };
  expect(await send(receiver.port, { login })).toEqual({ result: "delivered" });
  expect(receiver.mails[0]?.login).toBe("\0plumbline\0canary");
  receiver.answer("AUTH", "535 no such password: canary");
  const attempt = await send(receiver.port, { login });
  expect(attempt).toEqual({ result: "barred", reason: "It refused the sign-in (535)." });
});

const refusals = [
  { command: "MAIL", answer: "451 later, canary", result: "again", reason: "It answered 451." },
  { command: "MAIL", answer: "550 never, canary", result: "barred", reason: "It answered 550." },
  { command: "DATA", answer: "554 nobody, canary", result: "barred", reason: "It answered 554." },
  { command: ".", answer: "552 large, canary", result: "refused", reason: "It answered 552." },
  { command: ".", answer: "451 later, canary", result: "again", reason: "It answered 451." },
  { command: "DATA", answer: "421 closing, canary", result: "again", reason: "It answered 421." },
];

test.each(refusals)("$answer to $command means $result", async ({ command, answer, ...want }) => {
  await using receiver = await startSmtpReceiver();
  receiver.answer(command, answer);
  expect(await send(receiver.port)).toMatchObject(want);
  expect(receiver.mails).toEqual([]);
});

test("a recipient that is refused is told, and the others have the mail", async () => {
  await using receiver = await startSmtpReceiver();
  receiver.answer("RCPT", "550 no such mailbox");
  const attempt = await send(receiver.port);
  expect(attempt).toEqual({ result: "delivered", but: "1 of its recipients were refused." });
  expect(receiver.mails[0]?.to).toEqual(["b@contoso.com"]);
});

test("a recipient that is put off has the mail later, and the others have it once", async () => {
  await using receiver = await startSmtpReceiver();
  receiver.answer("RCPT TO:<b", "451 greylisted, canary");
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses };
  const sink = emailSink("mail", options);
  const reason = "1 of its recipients were put off (451).";
  expect(await sink.send(message, going)).toEqual({ result: "again", reason, after: null });
  expect(await sink.send(message, going)).toEqual({ result: "delivered" });
  expect(receiver.mails.map(({ to }) => to)).toEqual([["a@contoso.com"], ["b@contoso.com"]]);
  const [first, second] = receiver.mails.map(({ data }) => headersOf(data));
  for (const header of [`Message-ID: <${id}@contoso.com>`, "To: a@contoso.com, b@contoso.com"]) {
    expect(first).toContain(header);
    expect(second).toContain(header);
  }
});

test("when all recipients are put off, or some are and the others refused, the mail is sent again", async () => {
  await using receiver = await startSmtpReceiver();
  receiver.answer("RCPT TO:<a", "450 later");
  receiver.answer("RCPT TO:<b", "550 never");
  expect(await send(receiver.port)).toMatchObject({ result: "again" });
  receiver.answer("RCPT TO:<a", "550 never");
  receiver.answer("RCPT TO:<b", "550 never");
  expect(await send(receiver.port)).toMatchObject({ result: "barred" });
  expect(receiver.mails).toEqual([]);
});

test("a mail server that is silent or not there is tried again", async () => {
  await using receiver = await startSmtpReceiver();
  receiver.answer("MAIL", null);
  const late = await send(receiver.port, { timeout: 200 });
  expect(late).toEqual({ result: "again", reason: "It did not answer in time.", after: null });
  const closed = await send(await closedPort());
  expect(closed).toMatchObject({
    result: "again",
    reason: expect.stringContaining("ECONNREFUSED"),
  });
});

test("no mail leaves this machine without TLS, on which a server that has none is tried in vain", async () => {
  await using receiver: SmtpReceiver = await startSmtpReceiver();
  // On this machine, but no loopback address by its name.
  const attempt = await send(receiver.port, { host: "0.0.0.0" });
  expect(attempt).toMatchObject({ result: "again", reason: expect.stringContaining("TLS") });
  expect(receiver.mails).toEqual([]);
});

test("a mail server whose certificate is not trusted is given nothing", async () => {
  await using receiver = await startSmtpReceiver(await makeTlsIdentity());
  const attempt = await send(receiver.port, { host: "0.0.0.0" });
  expect(attempt).toMatchObject({ result: "again", reason: expect.stringContaining("trusted") });
  expect(receiver.mails).toEqual([]);
});

test.each([
  {
    host: "smtp.contoso.com",
    port: 587,
    want: { secure: false, requireTLS: true, ignoreTLS: false },
  },
  {
    host: "smtp.contoso.com",
    port: 25,
    want: { secure: false, requireTLS: true, ignoreTLS: false },
  },
  { host: "smtp.contoso.com", port: 465, want: { secure: true, ignoreTLS: false } },
  { host: "localhost", port: 25, want: { secure: false, requireTLS: false, ignoreTLS: true } },
  { host: "::1", port: 25, want: { requireTLS: false } },
  { host: "::2", port: 25, want: { requireTLS: true } },
  { host: "127.0.0.1.contoso.com", port: 25, want: { requireTLS: true } },
])("TLS to $host port $port is as strict as it must be", ({ want, ...where }) => {
  const options = connectionOf(where);
  expect(options).toMatchObject(want);
  expect(options.tls.rejectUnauthorized).toBe(true);
});

test("no name adds a header, a recipient or markup to a mail, whatever it is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const drift = driftOf({ name: text, path: text, before: text, after: text });
      const alerts = newsOf(seenAt(0, { drifts: [drift], tenant: "a" }));
      const mail = mailOf(messageOf({ id, alerts }), addresses);
      expect(mail.subject).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(mail.to.map(({ address }) => address)).toEqual(addresses.to);
      expect(mail.text.split("\n")).toHaveLength(6);
      expect(
        mail.html.match(/<(?!\/?(html|head|meta|title|body|h1|ul|li|strong|p)\b|!doctype)/g),
      ).toBeNull();
    }),
  );
});

test("a hostile name arrives in one mail of known headers", async () => {
  await using receiver = await startSmtpReceiver();
  const text = "x\r\nBcc: victim@contoso.com\r\n\r\n.\r\nMAIL FROM:<evil@contoso.com>";
  const alerts = [alertOf(text, { text })];
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses };
  await emailSink("mail", options).send(messageOf({ id, alerts }), going);
  expect(receiver.mails).toHaveLength(1);
  expect(receiver.mails[0]).toMatchObject(addresses);
  expect(headersOf(receiver.mails[0]!.data).filter((line) => /^bcc/i.test(line))).toEqual([]);
});
