import { expect, test } from "vitest";
import { checkTargetUrl } from "../../src/definitions/target-url.ts";
import { connector, loadText, messages, places } from "./written-folder.ts";

const anyPublic = { hosts: null, private: false };
const contoso = { hosts: ["allowed.contoso.com", "*.api.contoso.com"], private: false };

function outcome(text: string, targets: { hosts: readonly string[] | null; private: boolean }) {
  const { url, problems } = checkTargetUrl(text, targets);
  return url?.base ?? problems.map(({ severity, code }) => `${severity} ${code}`).join();
}

test.each([
  { text: "https://allowed.contoso.com", want: "https://allowed.contoso.com/" },
  { text: "HTTPS://Allowed.Contoso.COM/Path", want: "https://allowed.contoso.com/Path" },
  { text: "https://allowed.contoso.com:443/a", want: "https://allowed.contoso.com/a" },
  { text: "https://x.api.contoso.com/a/../b", want: "https://x.api.contoso.com/b" },
  { text: "https://x.y.api.contoso.com/", want: "https://x.y.api.contoso.com/" },
  { text: "https://api.contoso.com/", want: "error target" },
  { text: "https://contoso.com/", want: "error target" },
  { text: "https://evilapi.contoso.com/", want: "error target" },
  { text: "https://allowed.contoso.com.evil.test/", want: "error target" },
  { text: "https://evil.test/allowed.contoso.com", want: "error target" },
  { text: "https://evil.test?allowed.contoso.com", want: "error target" },
  { text: "https://evil.test#allowed.contoso.com", want: "error url" },
  { text: "https://allowed.contoso.com@evil.test/", want: "error url" },
  { text: "https://allowed.contoso.com:x@evil.test/", want: "error url" },
  { text: "https://@allowed.contoso.com/", want: "error url" },
  { text: "https://:@allowed.contoso.com/", want: "error url" },
  { text: "https://evil.test\\@allowed.contoso.com", want: "error url" },
  { text: "https://evil.test\\.allowed.contoso.com", want: "error url" },
  { text: "https:\\\\evil.test/", want: "error url" },
  { text: "https://allowed.contoso.com\\@evil.test/", want: "error url" },
  { text: "https:evil.test", want: "error url" },
  { text: "https:/evil.test", want: "error url" },
  { text: "https:///evil.test", want: "error url" },
  { text: "//evil.test", want: "error url" },
  { text: "/path", want: "error url" },
  { text: "http://allowed.contoso.com/", want: "error url" },
  { text: "ftp://allowed.contoso.com/", want: "error url" },
  { text: "javascript:alert(1)", want: "error url" },
  { text: "https://", want: "error url" },
  { text: "https://allowed.contoso.com:99999/", want: "error url" },
  { text: " https://allowed.contoso.com/", want: "error url" },
  { text: "https://allowed.contoso.com/\n", want: "error url" },
  { text: "https://evil.test\t/", want: "error url" },
  { text: "https://allowed.cont\u00adoso.com/", want: "error url" },
  { text: "https://allowed.contoso.com\u200b/", want: "error url" },
  { text: "https://evil。test/", want: "error url" },
  { text: "https://allowed。contoso.com/", want: "error url" },
  { text: "https://ａllowed.contoso.com/", want: "error url" },
  { text: "https://аllowed.contoso.com/", want: "error url" },
  { text: "https://%61llowed.contoso.com/", want: "error url" },
  { text: "https://allowed.contoso.com%2eevil.test/", want: "error url" },
  { text: "https://allowed.contoso.com./", want: "error url" },
  { text: "https://allowed.contoso.com.:443/", want: "error url" },
  { text: "https://allowed.contoso.com/#top", want: "error url" },
  { text: "https://allowed.contoso.com/?a[0]=1", want: "error url" },
])("for the hosts of Contoso, $text gives $want", ({ text, want }) => {
  expect(outcome(text, contoso)).toBe(want);
});

test.each([
  "localhost",
  "LOCALHOST",
  "fraud.localhost",
  "fraud",
  "fraud.local",
  "fraud.internal",
  "fraud.localdomain",
  "router.home.arpa",
  "127.0.0.1",
  "127.1",
  "2130706433",
  "0x7f000001",
  "0x7f.1",
  "0177.0.0.1",
  "0",
  "10.1.2.3",
  "100.64.0.1",
  "169.254.169.254",
  "0xa9fea9fe",
  "168.63.129.16",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.0.1",
  "192.0.2.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "[::1]",
  "[::]",
  "[::ffff:127.0.0.1]",
  "[::ffff:8.8.8.8]",
  "[::127.0.0.1]",
  "[64:ff9b::127.0.0.1]",
  "[2002:7f00:1::]",
  "[2001:db8::1]",
  "[2001::1]",
  "[fc00::1]",
  "[fd12::1]",
  "[fe80::1]",
  "[fec0::1]",
  "[ff02::1]",
])("the host %s is not public, and is accepted only by a tenant that allows such", (host) => {
  expect(outcome(`https://${host}/x`, anyPublic)).toBe("error target");
  expect(outcome(`https://${host}/x`, { hosts: null, private: true })).toMatch(/^https:\/\/.*\/x$/);
});

test.each([
  "fraud.contoso.com",
  "8.8.8.8",
  "172.32.0.1",
  "172.15.255.255",
  "100.128.0.1",
  "[2606:4700::1111]",
  "localhost.contoso.com",
  "internal.contoso.com",
  "mylocal.com",
  "xn--bcher-kva.example",
])("the host %s is public", (host) => {
  expect(outcome(`https://${host}/x`, anyPublic)).toBe(`https://${host}/x`);
});

test("a private host stays outside a list of hosts, and a listed one stays private", () => {
  expect(outcome("https://127.0.0.1/", { ...contoso, private: true })).toBe("error target");
  expect(outcome("https://127.0.0.1/", { hosts: ["127.0.0.1"], private: false })).toBe(
    "error target",
  );
  expect(outcome("https://127.0.0.1/", { hosts: ["127.0.0.1"], private: true })).toBe(
    "https://127.0.0.1/",
  );
});

test("a host glob is compared without regard to case", () => {
  expect(outcome("https://x.contoso.com/", { hosts: ["*.Contoso.com"], private: false })).toBe(
    "https://x.contoso.com/",
  );
});

test("a port other than 443 is a warning", () => {
  const { url, problems } = checkTargetUrl("https://a.contoso.com:8443/", anyPublic);
  expect(url?.base).toBe("https://a.contoso.com:8443/");
  expect(problems).toEqual([
    { severity: "warning", code: "url", message: expect.stringContaining("port 8443") },
  ]);
});

test.each([
  "code",
  "Code",
  "key",
  "sig",
  "token",
  "secret",
  "password",
  "apikey",
  "api_key",
  "X-Functions-Key",
  "subscription-key",
  "access_token",
  "clientSecret",
])("a parameter of targetUrl called %s is a warning that does not show its value", (name) => {
  const { url, problems } = checkTargetUrl(`https://a.contoso.com/?${name}=hunter2`, anyPublic);
  expect(url?.query).toEqual([{ key: name, value: "hunter2" }]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatchObject({ severity: "warning", code: "url" });
  expect(problems[0]?.message).toContain(`"${name}"`);
  expect(problems[0]?.message).not.toContain("hunter2");
});

test.each(["mode", "postcode", "keyboard", "tokens"])("a parameter called %s is no key", (name) => {
  expect(checkTargetUrl(`https://a.contoso.com/?${name}=1`, anyPublic).problems).toEqual([]);
});

test("a variable cannot smuggle in a host", () => {
  const targets = { hosts: ["*.contoso.com"], private: false };
  const targetUrl = "https://fraud.${apiHost}.contoso.com/";
  for (const apiHost of [
    "evil.test/",
    "evil.test#",
    "evil.test?",
    "x@evil.test/",
    "evil.test\\",
    "a/../@evil.test:1",
  ]) {
    const loaded = loadText(connector({ targetUrl }), { targets, variables: { apiHost } });
    expect(loaded.definitions).toEqual([]);
    expect(loaded.faults.map(({ at }) => at?.line)).toEqual([7]);
  }
});

test("a URL is refused at the place of targetUrl, and the message holds no part that may be a key", () => {
  const texts = [
    "http://x.example/?code=hunter2",
    "https://u:hunter2@x.example/",
    "https://hunter2/",
    "hunter2",
  ];
  for (const targetUrl of texts) {
    const loaded = loadText(connector({ targetUrl: JSON.stringify(targetUrl) }));
    expect(places(loaded)).toEqual([expect.stringMatching(/^error (url|target) 7:14$/)]);
    if (targetUrl !== "https://hunter2/") expect(messages(loaded)).not.toContain("hunter2");
  }
});

test("a parameter in targetUrl and in query is a fault at the one in query", () => {
  const loaded = loadText(
    connector({ targetUrl: "https://a.contoso.com/?mode=1", query: "{ mode: { env: A } }" }),
  );
  expect(places(loaded)).toEqual(["error url 8:12"]);
  expect(messages(loaded)).toContain('"mode"');
});

test.each(["a[1]", "a\\tb"])("the parameter name %s is refused in query", (key) => {
  const loaded = loadText(connector({ query: `{ "${key}": { env: A } }` }));
  expect(places(loaded)).toEqual(["error url 8:12"]);
});

test("a URL with its query has at most 2048 characters, the secrets not counted", () => {
  const base = "https://a.contoso.com/";
  const room = 2048 - base.length - "?code=".length;
  const load = (length: number) =>
    places(
      loadText(connector({ targetUrl: "${long}", query: "{ code: { env: A } }" }), {
        variables: { long: base + "x".repeat(length) },
      }),
    );
  expect(load(room)).toEqual([]);
  expect(load(room + 1)).toEqual(["error url 7:14"]);
});
