import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { messageOf } from "../../src/notify/message.ts";
import {
  connectionOf,
  type EmailOptions,
  emailSink,
  mailOf,
} from "../../src/notify/sinks/email.ts";
import type { Failed } from "../../src/notify/sinks/sink.ts";
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
  expect(headers).toContain("Subject: [Plumbline] Runs do not get through: production");
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
  { command: ".", answer: "552 large, canary", result: "doubtful", reason: "It answered 552." },
  {
    command: ".",
    answer: "554 5.2.252 SendAsDenied; plumbline@contoso.com not allowed to send as canary",
    result: "doubtful",
    reason: "It answered 554 5.2.252.",
  },
  {
    command: ".",
    answer: "550 5.7.60 Client does not have permissions to send as this canary",
    result: "doubtful",
    reason: "It answered 550 5.7.60.",
  },
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
  const putOff = await sink.send(message, going);
  expect(putOff).toMatchObject({ result: "again", reason, after: null });
  const { done = [] } = putOff as Failed;
  expect(done).toHaveLength(1);
  expect(JSON.stringify(done)).not.toContain("@");
  expect(await sink.send({ ...message, done }, going)).toEqual({ result: "delivered" });
  expect(receiver.mails.map(({ to }) => to)).toEqual([["a@contoso.com"], ["b@contoso.com"]]);
  const [first, second] = receiver.mails.map(({ data }) => headersOf(data));
  for (const header of [`Message-ID: <${id}@contoso.com>`, "To: a@contoso.com, b@contoso.com"]) {
    expect(first).toContain(header);
    expect(second).toContain(header);
  }
});

test("a recipient that is put off has the mail later, however its address is written", async () => {
  await using receiver = await startSmtpReceiver();
  const to = ["a@Contoso.COM", "b@Contoso.COM", "c..d@contoso.com"];
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses, to };
  const sink = emailSink("mail", options);
  receiver.answer("RCPT TO:<b", "451 greylisted");
  receiver.answer('RCPT TO:<"c', "451 greylisted");
  const { done = [] } = (await sink.send(message, going)) as Failed;
  expect(await sink.send({ ...message, done }, going)).toEqual({ result: "delivered" });
  expect(receiver.mails.map((mail) => mail.to)).toEqual([
    ["a@contoso.com"],
    ["b@contoso.com", '"c..d"@contoso.com'],
  ]);
});

test("a recipient that was refused is not asked again while another one is put off", async () => {
  await using receiver = await startSmtpReceiver();
  const to = ["a@contoso.com", "b@contoso.com", "c@contoso.com"];
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses, to };
  const sink = emailSink("mail", options);
  receiver.answer("RCPT TO:<a", "550 never");
  receiver.answer("RCPT TO:<b", "451 greylisted");
  const { done = [] } = (await sink.send(message, going)) as Failed;
  expect(await sink.send({ ...message, done }, going)).toEqual({ result: "delivered" });
  expect(receiver.mails.map((mail) => mail.to)).toEqual([["c@contoso.com"], ["b@contoso.com"]]);
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

test("a mail server that is not there is tried again", async () => {
  const closed = await send(await closedPort());
  expect(closed).toMatchObject({
    result: "again",
    reason: expect.stringContaining("ECONNREFUSED"),
  });
});

/** The times that a sink gives a server, of which none passes by itself. */
function stoppedTimers() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  return { [Symbol.dispose]: () => void vi.useRealTimers() };
}

test("a mail server has a minute for all up to the mail, and ten for its verdict on it", async () => {
  await using receiver = await startSmtpReceiver();
  using _stopped = stoppedTimers();
  receiver.answer("MAIL", null);
  const patient = send(receiver.port);
  await receiver.hears("MAIL");
  vi.advanceTimersByTime(59_999);
  receiver.answer(".", null);
  const sent = receiver.hears(".");
  receiver.say("250 ok");
  await sent;
  vi.advanceTimersByTime(599_999);
  receiver.say("250 taken");
  expect(await patient).toEqual({ result: "delivered" });
  receiver.answer("MAIL", null);
  const late = send(receiver.port);
  await receiver.hears("MAIL");
  vi.advanceTimersByTime(60_000);
  expect(await late).toMatchObject({ result: "again", reason: "It did not answer in time." });
});

const unsaid = { result: "unanswered", reason: "Its server did not say whether it took the mail." };

test("a mail of which its server says nothing, or at which it goes away, may have arrived", async () => {
  await using receiver = await startSmtpReceiver();
  {
    using _stopped = stoppedTimers();
    receiver.answer(".", null);
    const sending = send(receiver.port);
    await receiver.hears(".");
    vi.advanceTimersByTime(600_000);
    expect(await sending).toEqual(unsaid);
  }
  receiver.answer(".", "hang up");
  expect(await send(receiver.port)).toEqual(unsaid);
  const stop = new AbortController();
  receiver.answer(".", null);
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses };
  const sending = emailSink("mail", options).send(message, stop.signal);
  await receiver.hears(".");
  stop.abort();
  expect(await sending).toEqual(unsaid);
});

test("a mail server that goes away before the mail has none of it", async () => {
  await using receiver = await startSmtpReceiver();
  for (const command of ["MAIL", "RCPT", "DATA"]) {
    receiver.answer(command, "hang up");
    expect(await send(receiver.port)).toMatchObject({ result: "again" });
  }
  receiver.answer("MAIL", null);
  const stop = new AbortController();
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses };
  const sending = emailSink("mail", options).send(message, stop.signal);
  await receiver.hears("MAIL");
  stop.abort();
  expect(await sending).toMatchObject({
    result: "again",
    reason: expect.stringContaining("stopped"),
  });
});

test("a recipient who is put off and then refused is told, while the others have the mail", async () => {
  await using receiver = await startSmtpReceiver();
  receiver.answer("RCPT TO:<b", "451 greylisted");
  const options = { host: "127.0.0.1", port: receiver.port, login: null, ...addresses };
  const sink = emailSink("mail", options);
  const { done = [] } = (await sink.send(message, going)) as Failed;
  receiver.answer("RCPT TO:<b", "550 never");
  const but = "1 of its recipients were refused.";
  expect(await sink.send({ ...message, done }, going)).toEqual({ result: "delivered", but });
  expect(receiver.mails.map(({ to }) => to)).toEqual([["a@contoso.com"]]);
  // Whoever is no longer to have it is not waited for.
  const left = emailSink("mail", { ...options, to: ["a@contoso.com"] });
  expect(await left.send({ ...message, done }, going)).toEqual({ result: "delivered" });
  expect(receiver.mails).toHaveLength(1);
});

test("a mail shows each line, its tenants and the rest of them as text and as HTML", () => {
  const text = "It <b>failed</b>.";
  const alerts = Array.from({ length: 27 }, (_, index) =>
    alertOf(index === 0 ? "" : "a & b", { text: `${index} ${text}` }),
  );
  const mail = mailOf(messageOf({ id, alerts }), addresses);
  const escaped = "It &lt;b&gt;failed&lt;/b&gt;.";
  const title = "Runs do not get through: a &amp; b";
  const footing = `2026-09-01 12:00:00 UTC · Plumbline ${id}`;
  expect(mail.html).toContain(`<title>${title}</title>`);
  expect(mail.html).toContain(`<h1 style="font-size:1.2em">${title}</h1><ul>`);
  expect(mail.html).toContain(`<li>0 ${escaped}</li>`);
  expect(mail.html).toContain(`<li><strong>a &amp; b</strong>: 24 ${escaped}</li>`);
  expect(mail.html).toContain("<li>And 2 more.</li></ul>");
  expect(mail.html).toContain(`${footing}</p></body></html>`);
  const lines = mail.text.split("\n");
  expect(lines).toHaveLength(2 + 26 + 3);
  expect(lines[2]).toBe(`- 0 ${text}`);
  expect(lines[3]).toBe(`- a & b: 1 ${text}`);
  expect(lines.slice(-4)).toEqual(["- And 2 more.", "", footing, ""]);
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
