import { expect, test } from "vitest";
import { networkCode, networkReason } from "../../src/model/network.ts";
import { Secret } from "../../src/model/secret.ts";
import type { Answer, Asked } from "../../src/tenant/exchange.ts";
import { answerFault } from "../../src/tenant/faults.ts";
import { plainRedactor } from "./scripted-graph.ts";

const redactor = plainRedactor();
redactor.add(new Secret("canary"));
const context = {
  tenant: { name: "production", graph: "https://graph.microsoft.com", tenantId: "1111" },
  redactor,
};
const path = "/v1.0/identity/apiConnectors";
const list: Asked = { method: "GET", kind: "ApiConnector", path, id: null };
const create: Asked = { ...list, method: "POST" };
const update: Asked = { ...list, method: "PATCH", path: `${path}/c1`, id: "c1" };

function answer(status: number, said?: string, retryAfter: number | null = null): Answer {
  const text =
    said === undefined ? "" : JSON.stringify({ error: { code: "AADB2C", message: said } });
  return { status, headers: new Headers({ "request-id": "r-1" }), text, retryAfter };
}

test.each<{ status: number; asked: Asked; code: string; says: RegExp; retryAfter?: number }>([
  { status: 301, asked: list, code: "malformed", says: /redirect.*never followed/ },
  {
    status: 400,
    asked: create,
    code: "rejected",
    says: /did not create an API connector.*HTTP 400/,
  },
  { status: 401, asked: list, code: "unauthorised", says: /belongs to directory 1111/ },
  {
    status: 403,
    asked: list,
    code: "forbidden",
    says: /APIConnectors\.Read\.All \(b86848a7-d5b1-41eb-a9b4-54a4e6306e97\) or APIConnectors\.ReadWrite\.All \(1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171\).*admin consent/,
  },
  {
    status: 403,
    asked: update,
    code: "forbidden",
    says: /permission APIConnectors\.ReadWrite\.All \(1dfe531a-24a6-4f1b-80f4-7a0dc5a0a171\) of/,
  },
  { status: 404, asked: list, code: "not-found", says: /has no API connectors under \/v1\.0/ },
  {
    status: 404,
    asked: update,
    code: "not-found",
    says: /update API connector c1.*deleted meanwhile/,
  },
  { status: 405, asked: list, code: "rejected", says: /HTTP 405.*Check tenantId and cloud/ },
  { status: 400, asked: update, code: "rejected", says: /Correct the definition/ },
  { status: 407, asked: list, code: "network", says: /proxy/ },
  { status: 408, asked: list, code: "timeout", says: /usually passes/ },
  { status: 409, asked: update, code: "conflict", says: /plans afresh/ },
  { status: 412, asked: update, code: "conflict", says: /plans afresh/ },
  { status: 423, asked: update, code: "rejected", says: /HTTP 423/ },
  { status: 429, asked: create, code: "throttled", says: /asks to wait 8 s/, retryAfter: 7_500 },
  { status: 429, asked: create, code: "throttled", says: /Lower budget/ },
  { status: 500, asked: list, code: "unavailable", says: /fault of its own; it usually/ },
  { status: 503, asked: list, code: "unavailable", says: /wait 400 s/, retryAfter: 400_000 },
  { status: 507, asked: list, code: "unavailable", says: /HTTP 507/ },
])("$status to $asked.method is $code", ({ status, asked, code, says, retryAfter = null }) => {
  const got = answerFault(answer(status, "as Graph says", retryAfter), asked, context);
  expect(got.fault).toMatchObject({ severity: "error", code, at: null, requestId: "r-1" });
  expect(got.message).toMatch(says);
  expect(got.message).toContain("AADB2C: as Graph says");
  expect(got.message).toContain("tenant production");
  expect(got.retryAfter).toBe(retryAfter);
});

test("the limit on the number of connectors is told as that", () => {
  const said = "The maximum number of API connectors has been reached.";
  expect(answerFault(answer(400, said), create, context).message).toMatch(/as many API connectors/);
});

test("a page for people is not taken for Graph's refusal", () => {
  const page = {
    status: 403,
    headers: new Headers({ "content-type": "text/html; charset=utf-8" }),
    text: "<html><body>canary blocked by proxy</body></html>",
    retryAfter: null,
  };
  const got = answerFault(page, list, context);
  expect(got.fault.code).toBe("malformed");
  expect(got.message).toMatch(/an HTML page.*proxy or a firewall/);
  expect(got.message).not.toContain("canary");
  expect(answerFault({ ...page, status: 503 }, list, context).fault.code).toBe("unavailable");
});

test("what Graph says passes the redactor and is cut", () => {
  const said = `https://a.example/?code=k canary ${"x".repeat(400)}`;
  const { message } = answerFault(answer(400, said), create, context);
  expect(message).not.toMatch(/canary|code=k/);
  expect(message.length).toBeLessThan(500);
});

test("the request id of the body serves where the header has none", () => {
  const text = '{"error":{"code":"x","message":"y","innerError":{"request-id":"from-body"}}}';
  const got = answerFault(
    { status: 400, headers: new Headers(), text, retryAfter: null },
    create,
    context,
  );
  expect(got.fault.requestId).toBe("from-body");
});

test("a request id that is none is left out", () => {
  const headers = new Headers({ "request-id": "<script>" });
  const got = answerFault({ status: 400, headers, text: "", retryAfter: null }, create, context);
  expect(got.fault).not.toHaveProperty("requestId");
});

test.each([
  { code: "ENOTFOUND", want: "DNS" },
  { code: "ECONNREFUSED", want: "refused the connection" },
  { code: "DEPTH_ZERO_SELF_SIGNED_CERT", want: "NODE_EXTRA_CA_CERTS" },
  { code: "CERT_HAS_EXPIRED", want: "expired" },
  { code: "EWHATEVER", want: "the connection failed (EWHATEVER)" },
])("a connection that fails with $code says what that means", ({ code, want }) => {
  const bottom = Object.assign(new Error("x"), { code });
  const several = new AggregateError([bottom], "every address failed");
  expect(networkReason(new TypeError("fetch failed", { cause: several }))).toContain(want);
  expect(networkCode(new TypeError("fetch failed", { cause: bottom }))).toBe(code);
});

test("a connection that fails without a code is still told", () => {
  expect(networkReason(new TypeError("fetch failed"))).toBe("the connection failed");
  expect(networkCode("text")).toBeNull();
});
