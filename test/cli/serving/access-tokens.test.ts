import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { AccessSettings } from "../../../src/cli/configuration/access-settings.ts";
import { followTokens, openAccessTokens } from "../../../src/cli/serving/access-tokens.ts";
import { openSecrets } from "../../../src/secrets/secrets.ts";
import { openAccess } from "../../../src/web/access.ts";

const first = "the-first-token-of-the-wall";
const second = "the-second-token-of-the-wall";
const at = { file: "plumbline.yaml", line: 7, column: 9 };

/** One token in a file and one in the environment, followed by a clock that the test sets on. */
async function opened() {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-tokens-"));
  const path = join(folder, "wall.txt");
  const write = (text: string) => writeFileSync(path, text);
  write(`${first}\n`);
  const file = { type: "file", path, written: "wall.txt", real: null } as const;
  const other = join(folder, "hall.txt");
  writeFileSync(other, "the-first-token-of-the-hall");
  const beside = { type: "file", path: other, written: "hall.txt", real: null } as const;
  const settings: AccessSettings = {
    tokens: [
      { name: "hall", role: "viewer", token: { path: "c", at, source: beside } },
      { name: "wall", role: "viewer", token: { path: "a", at, source: file } },
      {
        name: "ops",
        role: "operator",
        token: { path: "b", at, source: { type: "env", name: "OPS" } },
      },
    ],
    entra: null,
  };
  const env = { OPS: "the-token-of-the-people-on-call" };
  const secrets = openSecrets({ env, fingerprint: { salt: async () => new Uint8Array(16) } });
  const tokens = await openAccessTokens(settings, secrets);
  const access = openAccess(tokens.access!);
  const [lines, redacted]: [string[], string[]] = [[], []];
  let tick: (() => void) | null = null;
  const sleep = (_milliseconds: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      tick = resolve;
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  const following = followTokens(tokens, {
    ...{ renew: access.renew, clock: { sleep } },
    redact: (token) => redacted.push(token.reveal()),
    log: pino({ base: null }, { write: (line: string) => void lines.push(line) }),
  });
  return {
    write,
    redacted,
    lines: () => lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    /** Until the files were looked at once more. */
    async look() {
      tick?.();
      tick = null;
      await expect.poll(() => tick).not.toBe(null);
    },
    who: async (token: string) => (await access.authenticate(`Bearer ${token}`))?.name ?? null,
    remove: () => rmSync(path),
    writeOther: (text: string) => writeFileSync(other, text),
    [Symbol.dispose]() {
      following[Symbol.dispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

test("a token whose file has changed is taken without a restart, and the one before is not", async () => {
  using world = await opened();
  await world.look();
  expect(world.lines()).toEqual([]);
  world.write(second);
  await world.look();
  expect([await world.who(first), await world.who(second)]).toEqual([null, "wall"]);
  expect(await world.who("the-token-of-the-people-on-call")).toBe("ops");
  expect(world.redacted).toContain(second);
  expect(world.lines()).toEqual([expect.stringContaining("have changed")]);
});

test.for([
  { of: "is empty", spoil: "" },
  { of: "holds too little", spoil: "short" },
  { of: "is another's token", spoil: "the-token-of-the-people-on-call" },
  { of: "is not there", spoil: null },
])("a file that $of leaves the token that there was, which is said once", async ({ spoil }) => {
  using world = await opened();
  if (spoil === null) world.remove();
  else world.write(spoil);
  await world.look();
  await world.look();
  expect(await world.who(first)).toBe("wall");
  expect(world.lines()).toEqual([
    expect.stringContaining("a token of http.access stays as it was"),
  ]);
  world.write(second);
  await world.look();
  expect(await world.who(second)).toBe("wall");
  expect(world.lines()).toHaveLength(3);
});

test("a file that cannot be read keeps no token of another file from being taken away", async () => {
  using world = await opened();
  world.remove();
  world.writeOther("the-second-token-of-the-hall");
  await world.look();
  expect(await world.who("the-first-token-of-the-hall")).toBe(null);
  expect(await world.who("the-second-token-of-the-hall")).toBe("hall");
  expect(await world.who(first)).toBe("wall");
});

test("a file with another's token keeps no token of a third from being taken away", async () => {
  using world = await opened();
  world.write("the-token-of-the-people-on-call");
  world.writeOther("the-second-token-of-the-hall");
  await world.look();
  expect(await world.who("the-first-token-of-the-hall")).toBe(null);
  expect(await world.who("the-second-token-of-the-hall")).toBe("hall");
  expect(await world.who(first)).toBe("wall");
  expect(await world.who("the-token-of-the-people-on-call")).toBe("ops");
  expect(world.lines().join()).toContain(
    "The tokens wall and ops of http.access are the same one.",
  );
});

test("two files whose tokens change places are taken over", async () => {
  using world = await opened();
  world.write("the-first-token-of-the-hall");
  world.writeOther(first);
  await world.look();
  expect([await world.who(first), await world.who("the-first-token-of-the-hall")]).toEqual([
    ...["hall", "wall"],
  ]);
});
