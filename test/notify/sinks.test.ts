import { createHmac, timingSafeEqual } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultError, failure } from "../../src/model/fault.ts";
import type { Alert } from "../../src/model/generated/alert.ts";
import { Secret } from "../../src/model/secret.ts";
import { idOf, type Message, messageOf } from "../../src/notify/message.ts";
import { emailSink } from "../../src/notify/sinks/email.ts";
import { retryAfter } from "../../src/notify/sinks/post.ts";
import {
  type Failed,
  type Limits,
  oneReadAtATime,
  type ReadSecret,
  type Sink,
} from "../../src/notify/sinks/sink.ts";
import { slackBody, slackSink } from "../../src/notify/sinks/slack.ts";
import { teamsBody, teamsSink } from "../../src/notify/sinks/teams.ts";
import { partsOf, signature, webhookSink } from "../../src/notify/sinks/webhook.ts";
import { faultsBy } from "../cli/published-schemas.ts";
import { alertOf } from "../contracts/alerts.contract.ts";
import { handClock } from "../reconcile/practice-tenant.ts";
import { anyText } from "../report/hostile.ts";
import { closedPort, type HttpReceiver, secretPath, startHttpReceiver } from "./http-receiver.ts";
import { driftOf, newsOf, seenAt } from "./samples.ts";

const going = new AbortController().signal;
const key = "a key for tests alone";

function secret(value: string) {
  return async () => new Secret(value);
}

function message(...alerts: readonly Alert[]): Message {
  const all = alerts.length > 0 ? alerts : [alertOf("production"), alertOf("staging")];
  return messageOf({ id: idOf("ops", all[0]!), alerts: all });
}

/** Of a name that is hostile, as it comes out of a run. */
function hostile(text: string): Message {
  const drift = driftOf({ name: text, path: text, before: text, after: text });
  return message(...newsOf(seenAt(0, { drifts: [drift] })));
}

const kinds: Readonly<
  Record<
    string,
    (url: string, limits?: Limits & { readonly sending?: number }, read?: ReadSecret) => Sink
  >
> = {
  teams: (url, limits, read = secret(url)) => teamsSink("ops", read, limits),
  slack: (url, limits, read = secret(url)) => slackSink("ops", read, limits),
  webhook: (url, limits, read = secret(url)) =>
    webhookSink("ops", { url: read, key: secret(key), clock: handClock(), limits }),
};

async function sent(kind: string, receiver: HttpReceiver, told = message()) {
  const attempt = await kinds[kind]!(receiver.url).send(told, going);
  return { attempt, request: receiver.received.at(-1)! };
}

test("Teams is given an Adaptive Card that names the tenants of an outage once", async () => {
  await using receiver = await startHttpReceiver();
  const { attempt, request } = await sent("teams", receiver);
  expect(attempt).toEqual({ result: "delivered" });
  expect(request).toMatchObject({ method: "POST", path: secretPath });
  const { type, attachments } = JSON.parse(request.body);
  expect(type).toBe("message");
  expect(attachments[0].contentType).toBe("application/vnd.microsoft.card.adaptive");
  const { version, body } = attachments[0].content;
  expect(version).toBe("1.4");
  expect(body[0].inlines[0].text).toBe("Runs do not get through: 2 tenants (production, staging)");
  expect(body[1].inlines.map(({ text }: { readonly text: string }) => text)).toEqual([
    "production, staging: ",
    "3 runs in a row have failed.",
  ]);
  const { id } = message();
  expect(body.at(-1).inlines[0].text).toBe(`2026-09-01 12:00:00 UTC · Plumbline ${id}`);
});

test("a message says from when to when it came up, and what of it is out of date", () => {
  const at = (minutes: number) => `2026-09-01T12:0${minutes}:00.000Z`;
  const overtakenAt = at(9);
  const alerts = [
    alertOf("b", { at: at(5) }),
    alertOf("a", { at: at(3), overtakenAt }),
    alertOf("c", { at: at(4), overtakenAt }),
  ];
  const told = message(...alerts);
  expect(told.footing).toMatch(/^2026-09-01 12:03:00 UTC to 2026-09-01 12:05:00 UTC · Plumbline/);
  expect(told.title).toBe("Runs do not get through: 3 tenants (b, a, c)");
  const text = "3 runs in a row have failed.";
  expect(told.lines).toEqual([
    { tenants: "b", text },
    { tenants: "a, c", text: `${text} (Out of date since 2026-09-01 12:09:00 UTC.)` },
  ]);
  expect(message(...alerts.slice(1)).title).toBe(
    "Out of date: Runs do not get through: 2 tenants (a, c)",
  );
});

test.each([
  { kind: "drift-opened", abouts: ["a", "a", "b"], title: "Drift of 2 fields or objects" },
  { kind: "drift-opened", abouts: ["a", "a"], title: "Drift of one field or object" },
  { kind: "drift-resolved", abouts: ["a", "a"], title: "Drift of one field or object is resolved" },
  {
    kind: "certificate",
    abouts: ["a", "a"],
    title: "Certificates of one connector near their end or are past it",
  },
  {
    kind: "certificate",
    abouts: ["a", "b"],
    title: "Certificates of 2 connectors near their end or are past it",
  },
  { kind: "held", abouts: ["a"], title: "A change is held" },
  { kind: "held", abouts: ["a", "a"], title: "2 changes are held" },
] as const)("the title of $abouts that are $kind is true: $title", ({ kind, abouts, title }) => {
  const alerts = abouts.map((about, index) =>
    alertOf("production", { kind, about, text: `${index}`, matter: `${index}` }),
  );
  expect(message(...alerts).title).toBe(`${title}: production`);
});

test("Slack is given blocks, and a text for notifications", async () => {
  await using receiver = await startHttpReceiver();
  const { request } = await sent("slack", receiver);
  expect(JSON.parse(request.body)).toMatchObject({
    text: "[!!] Runs do not get through: 2 tenants (production, staging)",
    blocks: [
      { type: "header" },
      { type: "section", text: { text: "production, staging: 3 runs in a row have failed." } },
      {
        type: "context",
        elements: [
          { text: `2026-09-01 12:00:00 UTC · Plumbline ${idOf("ops", alertOf("production"))}` },
        ],
      },
    ],
  });
});

test("a webhook is given a CloudEvent as the published schema says, with a signature that holds", async () => {
  await using receiver = await startHttpReceiver();
  const told = message();
  const { request } = await sent("webhook", receiver, told);
  const { headers, body } = request;
  expect(headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
  const event = JSON.parse(body);
  expect(faultsBy("alert.schema.json", event)).toEqual([]);
  expect(event).toMatchObject({ id: told.id, type: "plumbline.alert.run-failing" });
  expect(event.data.tenants).toEqual(["production", "staging"]);
  const timestamp = String(headers["x-plumbline-timestamp"]);
  expect(Number(timestamp)).toBe(handClock().now().getTime() / 1_000);
  // As docs/alerts.md tells a receiver to do it.
  const want = createHmac("sha256", key).update(`${timestamp}.${body}`).digest();
  const [, hex = ""] = /^v1=([0-9a-f]{64})$/.exec(String(headers["x-plumbline-signature"])) ?? [];
  expect(timingSafeEqual(Buffer.from(hex, "hex"), want)).toBe(true);
});

test("another body, time or key makes another signature", () => {
  const all = [
    signature(key, "1", "body"),
    signature(key, "2", "body"),
    signature(key, "1", "other"),
    signature(`${key}!`, "1", "body"),
  ];
  expect(new Set(all).size).toBe(4);
});

test("a key that is too short signs nothing", async () => {
  await using receiver = await startHttpReceiver();
  const options = { url: secret(receiver.url), key: secret("short"), clock: handClock() };
  const attempt = await webhookSink("ops", options).send(message(), going);
  expect(attempt).toMatchObject({ result: "barred", reason: expect.stringContaining("16") });
  expect(receiver.received).toEqual([]);
});

const answers = [
  { status: 200, result: "delivered" },
  { status: 302, result: "barred" },
  { status: 400, result: "doubtful" },
  { status: 307, result: "barred" },
  { status: 401, result: "barred" },
  { status: 403, result: "barred" },
  { status: 404, result: "barred" },
  { status: 408, result: "again" },
  { status: 410, result: "barred" },
  { status: 413, result: "refused" },
  { status: 415, result: "doubtful" },
  { status: 422, result: "doubtful" },
  { status: 429, result: "again" },
  { status: 500, result: "again" },
  { status: 503, result: "again" },
];

test.each(Object.keys(kinds).flatMap((kind) => answers.map((answer) => ({ kind, ...answer }))))(
  "$status from $kind means $result, and no redirect is followed",
  async ({ kind, status, result }) => {
    await using receiver = await startHttpReceiver();
    await using elsewhere = await startHttpReceiver();
    receiver.answer({ status, headers: { location: elsewhere.url } });
    const { attempt } = await sent(kind, receiver);
    expect(attempt.result).toBe(result);
    expect(elsewhere.received).toEqual([]);
    expect(JSON.stringify(attempt)).not.toContain("canary");
  },
);

test("a long message reaches a webhook in several events, of which none is sent again", async () => {
  await using receiver = await startHttpReceiver();
  const alerts = Array.from({ length: 300 }, (_, index) =>
    alertOf(`tenant-${index}`, { text: `${index}: ${"x".repeat(900)}` }),
  );
  const told = message(...alerts);
  const sink = kinds["webhook"]!(receiver.url);
  receiver.answer({ status: 202 }, { status: 202 }, { status: 503 });
  const failed = await sink.send(told, going);
  expect(failed).toMatchObject({ result: "again", done: [told.id, `${told.id}/2`] });
  const { done = [] } = failed as Failed;
  expect(await sink.send({ ...told, done }, going)).toEqual({ result: "delivered" });
  const events = receiver.received.map(({ body }) => JSON.parse(body));
  expect(events.map(({ id }) => id.replace(told.id, ""))).toEqual([
    "",
    "/2",
    "/3",
    "/3",
    "/4",
    "/5",
    "/6",
  ]);
  expect(events.toSpliced(2, 1).flatMap(({ data }) => data.alerts)).toEqual(alerts);
});

test("a long message to a webhook that is slow is continued by the next try", async () => {
  await using receiver = await startHttpReceiver();
  const alerts = Array.from({ length: 150 }, (_, index) =>
    alertOf("production", { text: `${index}: ${"x".repeat(900)}` }),
  );
  const told = message(...alerts);
  const sink = kinds["webhook"]!(receiver.url, { sending: 0 });
  const ids: string[] = [];
  for (const length of [1, 2]) {
    const attempt = await sink.send({ ...told, done: ids }, going);
    expect(attempt).toMatchObject({
      result: "again",
      reason: "It is long, and is continued later.",
    });
    ids.push(...((attempt as Failed).done ?? []));
    expect(ids).toHaveLength(length);
  }
  expect(await sink.send({ ...told, done: ids }, going)).toEqual({ result: "delivered" });
  expect(receiver.received).toHaveLength(3);
});

test("a section that is too long for Slack is cut, and no escape in two", () => {
  for (const sign of ["<", "&", "x"]) {
    const alerts = Array.from({ length: 60 }, (_, index) =>
      alertOf(`${sign.repeat(100)}${index}`, { text: sign.repeat(400) }),
    );
    const { blocks } = slackBody(message(...alerts));
    const [text = "", ...others] = blocks.flatMap((block) =>
      block.type === "section" && "text" in block ? [block.text.text] : [],
    );
    expect(others).toEqual([]);
    expect(text.length).toBeLessThanOrEqual(3_000);
    expect(text.length).toBeGreaterThan(1_800);
    expect(text).not.toMatch(/&(?!(amp|lt|gt);)/);
  }
});

test("a service that asks to wait is heard, in seconds and as a date, and six hours at most", async () => {
  await using receiver = await startHttpReceiver();
  receiver.answer({ status: 429, headers: { "retry-after": "120" } });
  expect((await sent("slack", receiver)).attempt).toMatchObject({ after: 120_000 });
  const now = Date.parse("2026-09-01T12:00:00Z");
  expect(retryAfter("Tue, 01 Sep 2026 12:00:30 GMT", now)).toBe(30_000);
  expect(retryAfter("Tue, 01 Sep 2026 11:00:00 GMT", now)).toBe(0);
  expect(retryAfter("999999999", now)).toBe(6 * 3_600_000);
  for (const text of [null, "", "soon", "-5"]) expect(retryAfter(text, now) ?? 0).toBe(0);
});

test.each(Object.keys(kinds))("%s that does not answer or refuses is tried again", async (kind) => {
  await using receiver = await startHttpReceiver();
  receiver.answer(null);
  const late = await kinds[kind]!(receiver.url, { answer: 50 }).send(message(), going);
  expect(late).toMatchObject({ result: "again", reason: "It did not answer in time." });
  const url = `http://127.0.0.1:${await closedPort()}${secretPath}`;
  const closed = await kinds[kind]!(url).send(message(), going);
  expect(closed).toMatchObject({
    result: "again",
    reason: expect.stringContaining("ECONNREFUSED"),
  });
  expect(JSON.stringify([late, closed])).not.toContain("canary");
});

test.each(Object.keys(kinds))(
  "%s whose secret is never read is tried again, and is left at once when the service stops",
  async (kind) => {
    await using receiver = await startHttpReceiver();
    const never = () => new Promise<Secret>(() => undefined);
    const late = await kinds[kind]!(receiver.url, { reading: 20 }, never).send(message(), going);
    expect(late).toMatchObject({ result: "again", reason: expect.stringContaining("in time") });
    const stop = new AbortController();
    const sending = kinds[kind]!(receiver.url, {}, never).send(message(), stop.signal);
    stop.abort();
    expect(await sending).toMatchObject({ reason: expect.stringContaining("stopped") });
    expect(receiver.received).toEqual([]);
  },
);

test("a secret that comes too late is used by the next try, and sends nothing by itself", async () => {
  await using receiver = await startHttpReceiver();
  const arriving = Promise.withResolvers<Secret>();
  let reads = 0;
  const read = oneReadAtATime(() => {
    reads += 1;
    return arriving.promise;
  });
  const sink = slackSink("ops", read, { reading: 20 });
  expect((await sink.send(message(), going)).result).toBe("again");
  expect((await sink.send(message(), going)).result).toBe("again");
  expect(reads).toBe(1);
  arriving.resolve(new Secret(receiver.url));
  await arriving.promise;
  expect((await slackSink("ops", read).send(message(), going)).result).toBe("delivered");
  expect(receiver.received).toHaveLength(1);
  expect(reads).toBe(2);
});

test("a service that is stopped breaks off what it sends", async () => {
  await using receiver = await startHttpReceiver();
  receiver.answer(null);
  const stop = new AbortController();
  const sending = kinds["slack"]!(receiver.url).send(message(), stop.signal);
  stop.abort();
  expect(await sending).toMatchObject({
    result: "again",
    reason: expect.stringContaining("stopped"),
  });
});

test.each([
  "http://hooks.example/canary",
  "https://user:canary@hooks.example/",
  "ftp://127.0.0.1/canary",
  "canary",
])("nothing is posted to %s, and the reason does not quote it", async (url) => {
  for (const make of Object.values(kinds)) {
    const attempt = await make(url).send(message(), going);
    expect(attempt).toMatchObject({ result: "barred", reason: expect.stringContaining("https") });
    expect(JSON.stringify(attempt)).not.toContain("canary");
  }
});

test("a secret that cannot be read is tried again with the words of the fault, and a bug has none", async () => {
  const lost = async () => {
    throw new FaultError(failure("secret-source", "env PLUMBLINE_SLACK_URL is not set."));
  };
  const attempt = await slackSink("ops", lost).send(message(), going);
  expect(attempt).toMatchObject({ result: "again", reason: "env PLUMBLINE_SLACK_URL is not set." });
  const bug = async () => {
    throw new TypeError("canary");
  };
  expect(JSON.stringify(await slackSink("ops", bug).send(message(), going))).not.toContain(
    "canary",
  );
});

test("no name writes Markdown, a mention or a second line into Teams, whatever it is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const body = teamsBody(hostile(text));
      const { body: blocks } = body.attachments[0]!.content;
      for (const block of blocks) {
        expect(block.type).toBe("RichTextBlock");
        for (const run of block.inlines) {
          expect(run.type).toBe("TextRun");
          expect(run.text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        }
      }
      expect(JSON.stringify(body)).not.toContain('"entities"');
      expect(JSON.stringify(body).length).toBeLessThan(20_000);
    }),
  );
});

test("no name writes markup or a mention into Slack, whatever it is", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { blocks, text: shown } = slackBody(hostile(text));
      const texts = blocks.flatMap((block) => ("text" in block ? [block.text] : block.elements));
      for (const { type } of texts) expect(type).toBe("plain_text");
      for (const said of [shown, ...texts.map((one) => one.text)]) {
        expect(said).not.toMatch(/[<>\p{C}\p{Zl}\p{Zp}]|&(?!(amp|lt|gt);)/u);
        expect(said.length).toBeLessThanOrEqual(3_000);
        expect(said.length).toBeGreaterThan(0);
      }
    }),
  );
});

test("an outage of many tenants is one message that lists them", () => {
  const alerts = Array.from({ length: 50 }, (_, index) => alertOf(`tenant-${index}`));
  const { title, lines, omitted } = message(...alerts);
  expect(title).toBe(
    "Runs do not get through: 50 tenants (tenant-0, tenant-1, tenant-2 and 47 more)",
  );
  expect(lines).toHaveLength(1);
  expect(lines[0]?.tenants).toContain("tenant-49");
  expect(omitted).toBe(0);
});

test("a message with very many sentences shows some, and counts the others", () => {
  const alerts = Array.from({ length: 300 }, (_, index) =>
    alertOf("production", { text: `${index}: ${"x".repeat(900)}` }),
  );
  const told = message(...alerts);
  expect(told.lines).toHaveLength(25);
  expect(told.omitted).toBe(275);
  expect(told.event.data.alerts).toHaveLength(300);
  // Microsoft Teams takes 28 KB.
  expect(JSON.stringify(teamsBody(told)).length).toBeLessThan(28_000);
  expect(slackBody(told).blocks.length).toBeLessThanOrEqual(50);
});

test("a message in a script of many bytes, for tenants of long names, still fits into Teams", () => {
  const alerts = Array.from({ length: 60 }, (_, index) => [
    alertOf(`${"長".repeat(60)}${index}`, { text: "同".repeat(900) }),
    alertOf("production", { text: `${index}: ${"🛡".repeat(900)}` }),
  ]).flat();
  const told = message(...alerts);
  expect(Buffer.byteLength(JSON.stringify(teamsBody(told)))).toBeLessThan(28_000);
  expect(told.lines.length).toBeGreaterThan(1);
  expect(told.lines.length + told.omitted).toBe(61);
});

const character = fc.constantFrom('"', "\\", "&", "<", "長", "🛡", "a", " ");
const longText = fc
  .tuple(character, fc.integer({ min: 1, max: 1_000 }))
  .map(([one, length]) => one.repeat(length));
const manyAlerts = fc.array(
  fc
    .record({ tenant: longText, number: fc.nat(), text: longText, about: longText })
    .map(({ tenant, number, ...more }) => alertOf(`${number}${tenant}`, more)),
  { minLength: 1, maxLength: 120 },
);

test("whatever is told of however many, each sink is given as much as it takes, and the number of the rest", () => {
  fc.assert(
    fc.property(manyAlerts, (alerts) => {
      const told = message(...alerts);
      const all = told.lines.length + told.omitted;
      const teams = teamsBody(told);
      expect(Buffer.byteLength(JSON.stringify(teams))).toBeLessThanOrEqual(28_000);
      const slack = slackBody(told);
      expect(Buffer.byteLength(JSON.stringify(slack))).toBeLessThanOrEqual(40_000);
      expect(slack.blocks.length).toBeLessThanOrEqual(50);
      const shown = [
        // Heading and id are no lines.
        teams.attachments[0]!.content.body.slice(1, -1).map(({ inlines }) => inlines.at(-1)!.text),
        slack.blocks.slice(1, -1).map((block) => ("text" in block ? block.text.text : "")),
      ];
      for (const texts of shown) {
        const more = Number(/^And (\d+) more\.$/.exec(texts.at(-1) ?? "")?.[1] ?? 0);
        const lines = texts.length - (more > 0 ? 1 : 0);
        expect(lines).toBeGreaterThan(0);
        expect(lines + more).toBe(all);
      }
      const parts = partsOf(told.event);
      for (const part of parts) {
        expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(64_000);
        expect(faultsBy("alert.schema.json", part)).toEqual([]);
        expect(part.data.tenants).toEqual([
          ...new Set(part.data.alerts.map(({ tenant }) => tenant)),
        ]);
      }
      expect(parts.flatMap(({ data }) => data.alerts)).toEqual(alerts);
      expect(new Set(parts.map(({ id }) => id)).size).toBe(parts.length);
      expect(parts[0]?.id).toBe(told.id);
      // Nor does it matter to what is where that some of it is out of date by now.
      const later = alerts.map((alert) => ({ ...alert, overtakenAt: alert.at }));
      const again = partsOf(message(...later).event);
      expect(again.map(({ data }) => data.alerts.length)).toEqual(
        parts.map(({ data }) => data.alerts.length),
      );
      for (const part of again) {
        expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(64_000);
      }
    }),
    { numRuns: 60 },
  );
});

test("an event begins where the one before ended, also when all of it is out of date by now", () => {
  const name = "長".repeat(80);
  for (let length = 400; length < 460; length += 1) {
    const alerts = Array.from({ length: 150 }, (_, index) =>
      alertOf(`${name}${index}`, { text: "x".repeat(length) }),
    );
    const later = alerts.map((alert) => ({ ...alert, overtakenAt: alert.at }));
    const [now, then] = [alerts, later].map((all) =>
      partsOf(message(...all).event).map(({ data }) => data.alerts.length),
    );
    expect(then).toEqual(now);
  }
});

test("as many lines as a sink of people takes are shown, and no more", () => {
  const alerts = Array.from({ length: 60 }, (_, index) =>
    alertOf(`${"長".repeat(300)}${index}`, { text: `${index}${"🛡".repeat(399)}` }),
  );
  const told = message(...alerts);
  for (const [body, most] of [
    [teamsBody(told), 28_000],
    [slackBody(told), 40_000],
  ] as const) {
    const bytes = Buffer.byteLength(JSON.stringify(body));
    expect(bytes).toBeLessThanOrEqual(most);
    // A line has 2,600 bytes.
    expect(bytes).toBeGreaterThan(most - 4_000);
  }
});

test("an event of many short alerts fits, whatever their tenants are called and whether they are out of date", () => {
  const alerts = Array.from({ length: 500 }, (_, index) =>
    alertOf(`${index}${"長".repeat(30)}`, { text: "It failed." }),
  );
  const later = alerts.map((alert) => ({ ...alert, overtakenAt: alert.at }));
  const [now, then] = [alerts, later].map((all) => partsOf(message(...all).event));
  for (const part of [...now!, ...then!]) {
    expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThanOrEqual(64_000);
  }
  const lengths = now!.map(({ data }) => data.alerts.length);
  expect(lengths.length).toBeGreaterThan(1);
  expect(then!.map(({ data }) => data.alerts.length)).toEqual(lengths);
});

test("a try may take as long as the reading of its secrets and what is sent, and nobody else takes it up before", () => {
  const limits = { answer: 1_000, reading: 100, sending: 5_000 };
  const longest = Object.values(kinds).map((make) => make("http://127.0.0.1", limits).longest);
  expect(longest).toEqual([1_100, 1_100, 6_100]);
  const server = { host: "127.0.0.1", port: 25, login: null, from: "a@contoso.com", to: [] };
  const mail = emailSink("mail", { ...server, limits: { reading: 100, before: 10, verdict: 5 } });
  expect(mail.longest).toBe(115);
});

test("the id of an alert is the same at each try, and another for another sink", () => {
  expect(idOf("ops", alertOf("a"))).toBe(idOf("ops", alertOf("a")));
  expect(idOf("ops", alertOf("a"))).not.toBe(idOf("mail", alertOf("a")));
  expect(idOf("ops", alertOf("a"))).not.toBe(idOf("ops", alertOf("b")));
});
