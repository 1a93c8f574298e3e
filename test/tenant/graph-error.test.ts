import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { presentable, readGraphError } from "../../src/tenant/graph-error.ts";
import { plainRedactor } from "./scripted-graph.ts";

test.each([
  {
    name: "an error body with innerError",
    body: '{"error":{"code":"AADB2C","message":"no","innerError":{"request-id":"r1"}}}',
    want: { code: "AADB2C", message: "no", requestId: "r1" },
  },
  {
    name: "an error body with innererror",
    body: '{"error":{"code":"AADB2C","message":"no","innererror":{"request-id":"r2"}}}',
    want: { code: "AADB2C", message: "no", requestId: "r2" },
  },
  {
    name: "an error body nested in itself",
    body: '{"error":{"code":"A","innerError":{"code":"B","message":"deep","innerError":{"request-id":"r3"}}}}',
    want: { code: "A", message: "deep", requestId: "r3" },
  },
  {
    name: "an error body of the sign-in service",
    body: '{"error":"invalid_client","error_description":"x"}',
    want: { code: null, message: "invalid_client", requestId: null },
  },
  {
    name: "a torn body",
    body: '{"error":{"co',
    want: { code: null, message: null, requestId: null },
  },
  {
    name: "a body with other types",
    body: '{"error":{"code":7,"message":[]}}',
    want: { code: null, message: null, requestId: null },
  },
  { name: "no body", body: "", want: { code: null, message: null, requestId: null } },
])("$name is read for what it says", ({ body, want }) => {
  expect(readGraphError(body)).toEqual(want);
});

test.each([
  { name: "a known secret", text: "bad password canary!", want: "bad password [redacted]!" },
  { name: "a token", text: "got eyJhbGciOi.eyJzdWIi.c2ln", want: "got [redacted]" },
  {
    name: "the query of a URL",
    text: "targetUrl 'https://a.example/x?code=k#f' is wrong",
    want: "targetUrl 'https://a.example/x?[redacted]' is wrong",
  },
  {
    name: "the user of a URL",
    text: "https://joe:pw@a.example/x is wrong",
    want: "https://[redacted]@a.example/x is wrong",
  },
  { name: "control characters", text: "a\u001b[31m\r\nb\u0000\u202ec", want: "a [31m b c" },
])("$name is taken out of what is shown", ({ text, want }) => {
  const redactor = plainRedactor();
  redactor.add(new Secret("canary"));
  expect(presentable(text, redactor)).toBe(want);
});

test("a secret that stands across the cut of a long text is gone all the same", () => {
  const redactor = plainRedactor();
  redactor.add(new Secret("canary"));
  const shown = presentable(`${"x".repeat(297)}canary`, redactor);
  expect(shown).toHaveLength(300);
  expect(shown).not.toContain("ca");
});
