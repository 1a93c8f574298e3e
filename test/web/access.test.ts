import { expect, test } from "vitest";
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { openAccess, refuseOpenDoor } from "../../src/web/access.ts";
import { startWeb } from "../../src/web/web.ts";
import { holders } from "./api-world.ts";

function holding(...tokens: readonly string[]) {
  return {
    tokens: tokens.map((token, index) => ({
      ...{ name: `holder-${index}`, role: "viewer" as const, token: new Secret(token) },
    })),
    entra: null,
  };
}

test.for([
  { what: "a short one", tokens: ["fifteen-letters"], says: "fewer than 16 characters" },
  { what: "one with a space", tokens: ["a token of a person"], says: "letters, digits" },
  { what: "one with a newline", tokens: ["a-token-of-a-person\n"], says: "letters, digits" },
  {
    what: "one that two hold",
    tokens: ["a-token-of-somebody", "a-token-of-a-person", "a-token-of-somebody"],
    says: "holder-0 and holder-2",
  },
])("a token is not accepted: $what", ({ tokens, says }) => {
  const open = () => openAccess(holding(...tokens));
  expect(open).toThrow(FaultError);
  expect(open).toThrow(says);
  for (const token of tokens) expect(open).not.toThrow(token);
});

test("a token of sixteen characters is enough, and so is base64 with its end", async () => {
  const { authenticate: recognise } = openAccess(
    holding("sixteen-letters.", "c2l4dGVlbiBieXRlcyE="),
  );
  expect(await recognise("Bearer sixteen-letters.")).toMatchObject({ name: "holder-0" });
  expect(await recognise("Bearer  c2l4dGVlbiBieXRlcyE=")).toMatchObject({ name: "holder-1" });
  expect(await recognise("Bearer c2l4dGVlbiBieXRlcyE")).toBe(null);
});

test("other tokens take the place of those before, and what is as it was goes on", async () => {
  const { authenticate, renew } = openAccess(holding("a-token-that-stays", "a-token-that-goes"));
  const [stays, goes] = [
    await authenticate("Bearer a-token-that-stays"),
    await authenticate("Bearer a-token-that-goes"),
  ];
  renew(holding("a-token-that-stays", "a-token-that-comes").tokens);
  expect([stays?.ended?.aborted, goes?.ended?.aborted]).toEqual([false, true]);
  expect(await authenticate("Bearer a-token-that-goes")).toBe(null);
  expect(await authenticate("Bearer a-token-that-comes")).toMatchObject({ name: "holder-1" });
});

test("tokens that cannot be used leave those that there are", async () => {
  const { authenticate, renew } = openAccess(holding("a-token-that-stays"));
  expect(() => renew(holding("short").tokens)).toThrow(FaultError);
  expect(await authenticate("Bearer a-token-that-stays")).toMatchObject({ name: "holder-0" });
});

test("a token that cannot be used is told with its place", () => {
  const [token] = holding("short").tokens;
  const at = { file: "plumbline.yaml", line: 7, column: 9 };
  const open = () => openAccess({ tokens: [{ ...token!, at }], entra: null });
  expect(open).toThrow(expect.objectContaining({ fault: expect.objectContaining({ at }) }));
});

test.for(["0.0.0.0", "[::]", "192.0.2.1", "plumbline.contoso.com", "127.0.0.1.evil.example"])(
  "nobody may act without being known where others reach %s",
  (host) => {
    expect(() => refuseOpenDoor(host, null)).toThrow(FaultError);
    expect(() => refuseOpenDoor(host, null)).toThrow(/http\.listen is .*access: \{ tokens: /s);
    expect(() => refuseOpenDoor(host, holders)).not.toThrow();
  },
);

test.for(["127.0.0.1", "127.1.2.3", "[::1]", "localhost"])(
  "nobody needs to be known on %s, where this machine alone asks",
  (host) => {
    expect(() => refuseOpenDoor(host, null)).not.toThrow();
  },
);

test("health alone needs no access anywhere", async () => {
  await using web = await startWeb({
    ...{ host: "0.0.0.0", port: 0, health: () => ({ ready: true, tenants: [] }) },
    metrics: { contentType: "text/plain", text: async () => "" },
  });
  const { port } = new URL(web.url);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  expect((await fetch(`http://127.0.0.1:${port}/api/v1/tenants`)).status).toBe(404);
});
