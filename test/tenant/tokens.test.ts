import { expect, test } from "vitest";
import { openTokens } from "../../src/tenant/tokens.ts";
import { handClock } from "./hand-clock.ts";

const HOUR = 3_600_000;

function countedSignIn(clock: { now(): Date }) {
  const asked: boolean[] = [];
  return {
    asked,
    async signIn(afresh: boolean) {
      asked.push(afresh);
      return { text: `token-${asked.length}`, expiresAt: clock.now().getTime() + HOUR };
    },
  };
}

test("requests at the same time share one sign-in, and later ones its token", async () => {
  const clock = handClock();
  const { signIn, asked } = countedSignIn(clock);
  const tokens = openTokens(signIn, clock);
  const got = await Promise.all([tokens.current(), tokens.current(), tokens.current()]);
  expect(got.map(({ text }) => text)).toEqual(["token-1", "token-1", "token-1"]);
  expect(await tokens.current()).toEqual({ text: "token-1", cached: true });
  expect(asked).toEqual([false]);
});

test("a token is replaced five minutes before it ends", async () => {
  const clock = handClock();
  const { signIn } = countedSignIn(clock);
  const tokens = openTokens(signIn, clock);
  await tokens.current();
  clock.advance(HOUR - 300_001);
  expect((await tokens.current()).text).toBe("token-1");
  clock.advance(1);
  expect(await tokens.current()).toEqual({ text: "token-2", cached: false });
});

test("a refused token is forgotten and the next is asked for afresh, once", async () => {
  const clock = handClock();
  const { signIn, asked } = countedSignIn(clock);
  const tokens = openTokens(signIn, clock);
  await tokens.current();
  tokens.forget("token-1");
  tokens.forget("token-1");
  expect((await tokens.current()).text).toBe("token-2");
  tokens.forget("token-1");
  expect((await tokens.current()).text).toBe("token-2");
  expect(asked).toEqual([false, true]);
});

test("a sign-in that failed is tried again by the next request", async () => {
  const clock = handClock();
  let failing = true;
  const tokens = openTokens(async () => {
    if (failing) throw new Error("no");
    return { text: "token", expiresAt: Number.POSITIVE_INFINITY };
  }, clock);
  await expect(tokens.current()).rejects.toThrow("no");
  failing = false;
  expect((await tokens.current()).text).toBe("token");
});

test("who gives up waiting does not stop the sign-in for the others", async () => {
  const clock = handClock();
  const gate = Promise.withResolvers<void>();
  const tokens = openTokens(async () => {
    await gate.promise;
    return { text: "token", expiresAt: Number.POSITIVE_INFINITY };
  }, clock);
  const controller = new AbortController();
  const first = tokens.current(controller.signal);
  const second = tokens.current();
  const reason = new Error("stopped");
  controller.abort(reason);
  await expect(first).rejects.toBe(reason);
  gate.resolve();
  expect((await second).text).toBe("token");
});

test("a sign-in that nobody waits for any more is ended, and the next request begins another", async () => {
  const signals: AbortSignal[] = [];
  const gate = Promise.withResolvers<void>();
  const tokens = openTokens(async (_, signal) => {
    signals.push(signal);
    if (signals.length === 1) await gate.promise;
    return { text: `token-${signals.length}`, expiresAt: Number.POSITIVE_INFINITY };
  }, handClock());
  const [one, other] = [new AbortController(), new AbortController()];
  const waiting = [tokens.current(one.signal), tokens.current(other.signal)];
  const reason = new Error("stopped");
  one.abort(reason);
  await expect(waiting[0]).rejects.toBe(reason);
  expect(signals[0]?.aborted).toBe(false);
  other.abort(reason);
  await expect(waiting[1]).rejects.toBe(reason);
  expect(signals[0]?.reason).toBe(reason);
  expect((await tokens.current()).text).toBe("token-2");
  gate.resolve();
  expect((await tokens.current()).text).toBe("token-2");
});
