import fc from "fast-check";
import { expect, test } from "vitest";
import { createThrottle } from "../../src/sandbox/throttle.ts";
import { CONNECTORS, type Practice, practise, START } from "./practice.ts";

async function signIn(practice: Practice, clientId: string): Promise<Record<string, string>> {
  const response = await fetch(
    `${practice.sandbox.url}/${practice.sandbox.tenantId}/oauth2/v2.0/token`,
    {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: "practice",
        scope: "https://graph.microsoft.com/.default",
      }),
    },
  );
  const { access_token } = (await response.json()) as { access_token: string };
  return { authorization: `Bearer ${access_token}` };
}

function withApps(practice: Practice): void {
  const roles = ["APIConnectors.Read.All"];
  practice.sandbox.control.setState({
    apps: ["one", "two"].map((clientId) => ({ clientId, clientSecret: "practice", roles })),
  });
}

test("an app has 200 requests a minute and then is told how long to wait", async () => {
  await using practice = await practise();
  for (let count = 1; count <= 200; count += 1) {
    const { status } = await practice.call("GET", CONNECTORS);
    expect(status).toBe(200);
  }
  practice.pass(15);
  const refused = await practice.call("GET", CONNECTORS);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("45");
  expect(refused.json.error).toMatchObject({
    code: "TooManyRequests",
    innerError: { code: "429", status: "429", message: "Please retry after" },
  });
  practice.pass(45);
  expect((await practice.call("GET", CONNECTORS)).status).toBe(200);
});

test("requests that were refused count too", async () => {
  await using practice = await practise({ requestLimit: 2 });
  const { call, pass } = practice;
  const statuses: number[] = [];
  for (let count = 1; count <= 4; count += 1) {
    statuses.push((await call("GET", CONNECTORS)).status);
    pass(25);
  }
  expect(statuses).toEqual([200, 200, 429, 429]);
});

test("each app has its own limit, and all of them together half as many again", async () => {
  await using practice = await practise({ requestLimit: 4 });
  withApps(practice);
  const one = await signIn(practice, "one");
  const two = await signIn(practice, "two");
  const statuses: number[] = [];
  for (const headers of [one, one, one, one, two, two, two]) {
    statuses.push((await practice.call("GET", CONNECTORS, undefined, headers)).status);
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 200, 429]);
});

test("no minute holds more than the limit, and whoever waits as told is let in", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 6 }), (milliseconds, limit) => {
      const throttle = createThrottle();
      let now = START.getTime();
      const admitted: number[] = [];
      let wait: number | null = null;
      for (const gap of milliseconds) {
        now += gap;
        wait = throttle.admit("app", limit, new Date(now));
        if (wait === null) admitted.push(now);
      }
      for (const [index, at] of admitted.entries()) {
        const before = admitted[index - limit];
        expect(before === undefined || at - before >= 60_000).toBe(true);
      }
      if (wait === null) return;
      expect(throttle.admit("app", limit, new Date(now + wait * 1000))).toBeNull();
    }),
  );
});

test("the limit is a switch", async () => {
  await using practice = await practise({ requestLimit: 1 });
  const { call, sandbox } = practice;
  await call("GET", CONNECTORS);
  expect((await call("GET", CONNECTORS)).status).toBe(429);
  sandbox.control.configure({ requestLimit: null });
  expect((await call("GET", CONNECTORS)).status).toBe(200);
});
