import fc from "fast-check";
import { expect, test } from "vitest";
import type { DirectoryAudit } from "../../src/model/attribution.ts";
import type { OwnWrite } from "../../src/model/store.ts";
import { notOurs } from "../../src/reconcile/attribution/own-writes.ts";

const us = "aaaaaaaa-0000-4000-8000-000000000000";
const id = "11111111-0000-4000-8000-000000000000";
const otherId = "22222222-0000-4000-8000-000000000000";
const request = "99999999-0000-4000-8000-000000000000";

const app = (of: string): DirectoryAudit["actor"] => ({
  type: "app",
  name: null,
  id: of,
  aliases: [of],
});
const user: DirectoryAudit["actor"] = { type: "user", name: "jane", id: "jane-id", aliases: [] };

function entry(over: Partial<DirectoryAudit> = {}): DirectoryAudit {
  return {
    id: "e1",
    at: "2026-08-20T08:00:01.000Z",
    activity: "Update Api connector",
    kind: "ApiConnector",
    op: "update",
    request: null,
    about: [id],
    actor: app(us),
    ...over,
  };
}

const write: OwnWrite = {
  op: "update",
  kind: "ApiConnector",
  id,
  displayName: "Fraud check",
  startedAt: "2026-08-20T08:00:00.000Z",
  endedAt: "2026-08-20T08:00:02.000Z",
  request,
};

test.each<{
  name: string;
  given?: Partial<DirectoryAudit>;
  own?: Partial<OwnWrite>;
  caller?: readonly string[];
  ours: boolean;
}>([
  {
    name: "with our client-request-id, whoever it names and whenever it came",
    given: { request: request.toUpperCase(), actor: user, at: "2026-08-25T08:00:00.000Z" },
    ours: true,
  },
  { name: "by us while we wrote", ours: true },
  { name: "by us while we wrote, about another name", given: { about: ["Old name"] }, ours: true },
  { name: "by us while we wrote nothing", given: { at: "2026-08-20T09:00:00.000Z" }, ours: false },
  { name: "by us with another verb", given: { op: "delete" }, ours: false },
  { name: "by a person while we wrote", given: { actor: user }, ours: false },
  {
    name: "by ourselves as a person whom it names by name alone",
    given: { actor: { type: "user", name: "jane", id: null, aliases: ["Jane@contoso.com"] } },
    caller: ["jane-id", "jane@contoso.com"],
    ours: true,
  },
  {
    name: "by a person of whom it has a display name alone, while we wrote the same object",
    given: { actor: { type: "user", name: "Jane", id: null, aliases: [] } },
    ours: true,
  },
  {
    name: "by another person by name while we wrote the same object",
    given: { actor: { type: "user", name: "jim", id: null, aliases: ["jim@contoso.com"] } },
    caller: ["jane-id", "jane@contoso.com"],
    ours: false,
  },
  {
    name: "by another app while we wrote the same object, in a log that never names us",
    given: { actor: app("other") },
    ours: true,
  },
  {
    name: "by another app while we wrote another object",
    given: { actor: app("other"), about: [otherId] },
    ours: false,
  },
  {
    name: "by nobody knows whom while we wrote the same object",
    given: { actor: null },
    ours: true,
  },
  {
    name: "by nobody knows whom about another object",
    given: { actor: null, about: [otherId] },
    ours: false,
  },
  { name: "by nobody knows whom about nothing", given: { actor: null, about: [] }, ours: true },
  { name: "by an app where the token does not tell who we are", caller: [], ours: true },
  {
    name: "of the update after a create whose answer was lost",
    own: { op: "create", id: null },
    ours: true,
  },
  {
    name: "of a write of which nobody knows when it ended",
    given: { at: "2026-08-20T08:50:00.000Z" },
    own: { endedAt: null },
    ours: true,
  },
  {
    name: "a day after one that was found out late",
    given: { at: "2026-08-21T08:00:00.000Z" },
    own: { endedAt: "2026-08-22T08:00:00.000Z" },
    ours: false,
  },
  {
    name: "by a clock that is some minutes off",
    given: { at: "2026-08-20T07:56:00.000Z" },
    ours: true,
  },
])("an entry $name: ours is $ours", ({ given, own, caller = [us], ours }) => {
  const found = notOurs([entry(given)], [{ ...write, ...own }], caller);
  expect(found).toHaveLength(ours ? 0 : 1);
});

test("another app that wrote meanwhile is told apart where the log names us for our own", () => {
  const another = entry({ id: "e2", actor: app("other") });
  expect(notOurs([entry(), another], [write], [us])).toEqual([another]);
});

test("another app that wrote meanwhile is told apart where the log has our client-request-id", () => {
  const own = entry({ request, actor: app("a service of Microsoft") });
  const another = entry({ id: "e2", actor: app("other") });
  expect(notOurs([own, another], [write], [us])).toEqual([another]);
});

const minutes = (from: number, to: number) => fc.integer({ min: from * 60_000, max: to * 60_000 });
const start = Date.parse("2026-08-20T08:00:00.000Z");
const at = (after: number) => new Date(start + after).toISOString();

test("whatever a log tells of our own writes, and however late, none of them is somebody's", () => {
  const shapes = fc.record({
    took: minutes(0, 50),
    skew: minutes(-4, 4),
    names: fc.constantFrom<readonly string[]>([id], ["Fraud check"], [id, "Fraud check"], []),
    by: fc.constantFrom(app(us), null, app("a service of Microsoft")),
    isHandedOn: fc.boolean(),
    knows: fc.boolean(),
    isAnswered: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(shapes, { minLength: 1, maxLength: 4 }), (drawn) => {
      // In one log everything is called in the same way.
      const [{ names, by, isHandedOn, knows }] = drawn as [(typeof drawn)[number]];
      const writes = drawn.map(({ took, isAnswered }, index): OwnWrite => {
        const begins = index * 86_400_000;
        const endedAt = isAnswered ? at(begins + took) : null;
        return { ...write, startedAt: at(begins), endedAt, request: `${request}${index}` };
      });
      const entries = drawn.map(({ took, skew }, index) =>
        entry({
          id: `e${index}`,
          at: at(index * 86_400_000 + took + skew),
          about: names,
          actor: by,
          request: isHandedOn ? `${request}${index}` : null,
        }),
      );
      expect(notOurs(entries, writes, knows ? [us] : [])).toEqual([]);
    }),
  );
});
