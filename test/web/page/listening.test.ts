/** Who is kept current, and until when. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/model/secret.ts";
import { LISTENERS_OF_ONE, openEvents } from "../../../src/web/page/live/events.ts";
import { LONGEST } from "../../../src/web/sessions.ts";
import { bearer, holders, operator, viewer } from "../api-world.ts";
import { cookieOf, noting, send, signIn } from "./forms.ts";
import { clean, now, runAt } from "./tenants.ts";
import { openWorld } from "./world.ts";

const tenants = ["production"];

function openAt(clock = { now: () => now }) {
  return openWorld({ tenants, clock, access: holders });
}

describe("a stream of events", () => {
  test("ends when its session is signed out, and those of other sessions go on", async () => {
    await using world = await openAt();
    const url = `${world.url}/page/events`;
    const [one, other] = [
      await cookieOf(await signIn(world, viewer)),
      await cookieOf(await signIn(world, viewer)),
    ];
    const streams = await Promise.all([one, other].map((headers) => fetch(url, { headers })));
    await send(`${world.url}/sign-out`, {}, one);
    expect(await streams[0]?.text()).toBe(":\n\n");
    const reader = streams[1]?.body?.pipeThrough(new TextDecoderStream()).getReader();
    await world.record(runAt(5, clean));
    let heard = "";
    while (!heard.includes("run")) heard += (await reader?.read())?.value ?? "";
    await reader?.cancel();
  });

  test("tells nothing once its session is over", async () => {
    let at = now;
    await using world = await openAt({ now: () => at });
    const headers = await cookieOf(await signIn(world, viewer));
    const stream = await fetch(`${world.url}/page/events`, { headers });
    at = new Date(now.getTime() + LONGEST);
    await world.record(runAt(5, clean));
    expect(await stream.text()).toBe(":\n\n");
  });

  test("ends with the token that it was begun with, and so does its session", async () => {
    await using world = await openAt();
    const session = await cookieOf(await signIn(world, viewer));
    const url = `${world.url}/page/events`;
    const streams = await Promise.all(
      [session, bearer(viewer)].map((headers) => fetch(url, { headers })),
    );
    const token = new Secret("another-token-of-the-wall");
    world.renewTokens([{ name: "wall", role: "viewer", token }]);
    expect(await Promise.all(streams.map((stream) => stream.text()))).toEqual([":\n\n", ":\n\n"]);
    const look = { headers: session, redirect: "manual" } as const;
    expect((await fetch(`${world.url}/`, look)).status).toBe(303);
  });

  test("is for a bounded number of windows of one caller, and others have theirs", async () => {
    await using world = await openAt();
    const url = `${world.url}/page/events`;
    const asWall = { headers: bearer(viewer) };
    const listening = await Promise.all(
      Array.from({ length: LISTENERS_OF_ONE }, () => fetch(url, asWall)),
    );
    expect(new Set(listening.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await fetch(url, asWall)).status).toBe(503);
    const other = await fetch(url, { headers: bearer(operator) });
    expect(other.status).toBe(200);
    await Promise.all([...listening, other].map(({ body }) => body?.cancel()));
  });
});

test.for(["accept", "revoke"])(
  "an open page hears of what somebody asks for by %s",
  async (act) => {
    await using world = await openWorld({ tenants, acts: noting().acts });
    const stream = await fetch(`${world.url}/page/events`);
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    const fields = { name: "age-check", path: "spec.displayName" };
    await send(`${world.url}/tenants/production/${act}`, fields);
    let heard = "";
    while (!heard.includes("production")) heard += (await reader?.read())?.value ?? "";
    await reader?.cancel();
  },
);

test("whoever has left while it was found out who they are takes no place of a listener", async () => {
  await using server = createServer().listen(0);
  await once(server, "listening");
  const leaving = new AbortController();
  const { port } = server.address() as AddressInfo;
  const asking = fetch(`http://127.0.0.1:${port}/`, { signal: leaving.signal });
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse];
  const left = once(response, "close");
  leaving.abort();
  await Promise.all([left, expect(asking).rejects.toThrow()]);
  const events = openEvents(() => () => undefined);
  expect(events.listen(response, {}, { who: null, isOver: () => false, ended: null })).toBe(false);
  events.close();
});

describe("the log", () => {
  test("tells who signed in and out, and not who is only asked to", async () => {
    await using world = await openAt();
    for (let visits = 0; visits < 3; visits += 1) await fetch(`${world.url}/`);
    const headers = await cookieOf(await signIn(world, operator));
    await send(`${world.url}/sign-out`, {}, headers);
    expect(world.logged).toEqual([
      "info: ops signed in from 127.0.0.1, as operator.",
      "info: ops signed out.",
    ]);
  });

  test("tells what a viewer may not do and has tried", async () => {
    await using world = await openAt();
    const headers = bearer(viewer);
    await send(`${world.url}/tenants/production/revoke`, {}, headers);
    expect(world.logged).toEqual(["wall is a viewer, and asked for /tenants/production/revoke."]);
  });
});
