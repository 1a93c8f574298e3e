import { expect, test } from "vitest";
import { openLog, webLog } from "../../src/cli/logging.ts";
import { Secret } from "../../src/model/secret.ts";
import { createRedactors } from "../../src/secrets/secrets.ts";

function opened(isTTY = false) {
  const lines: string[] = [];
  const stderr = { isTTY, write: (text: string) => lines.push(text) > 0 };
  const redactors = createRedactors();
  redactors.of("a").add(new Secret("secret-of-a"));
  redactors.of("b").add(new Secret("secret-of-b"));
  redactors.service.add(new Secret("of-the-service"));
  return { lines, log: openLog({ env: {}, stderr }, redactors, "info") };
}

const message = "secret-of-a secret-of-b of-the-service";

test.each([false, true])(
  "a line is redacted for the tenant that it is about (terminal: %s)",
  (isTTY) => {
    const { log, lines } = opened(isTTY);
    log.info({ tenant: "a" }, message);
    log.info(message);
    log.info({ tenant: "b" }, message);
    expect(lines).toEqual([
      expect.stringContaining("[redacted] secret-of-b [redacted]"),
      expect.stringContaining("secret-of-a secret-of-b [redacted]"),
      expect.stringContaining("secret-of-a [redacted] [redacted]"),
    ]);
  },
);

test.each([false, true])(
  "what failed in a request is told with its reason and without a secret (terminal: %s)",
  (isTTY) => {
    const { log, lines } = opened(isTTY);
    webLog(log).warn("A request failed.", new TypeError(`no such table, ${message}`));
    expect(lines.join()).toContain("A request failed. no such table");
    expect(lines.join()).not.toMatch(/secret-of|of-the-service/);
    if (!isTTY) expect(lines.join()).toMatch(/"stack":"TypeError: .*logging\.test/);
  },
);

test("what a bug says is held against the secrets of everyone", () => {
  const { log, lines } = opened();
  log.error({ tenant: "a", err: new TypeError(message) }, "the plan failed");
  expect(lines.join()).toContain("[redacted] [redacted] [redacted]");
  expect(lines.join()).not.toMatch(/secret-of|of-the-service/);
});
