import fc from "fast-check";
import { expect, test } from "vitest";
import { placeWithin } from "../../../src/web/page/paths.ts";

test("whoever signs in goes on to a place of the page itself, whatever was asked for", () => {
  const pieces = fc.constantFrom(
    ...["/", "//", "\\", "http:", "https://evil.example", "@", ":", "tenants", "?to=", "#", "\t"],
    ...["javascript:alert(1)", "..", "%2f", "\n", "evil.example"],
  );
  const wanted = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 6 }).map((all) => all.join("")),
  );
  fc.assert(
    fc.property(wanted, (to) => {
      const place = placeWithin(to);
      expect(new URL(place, "https://plumbline.example").origin).toBe("https://plumbline.example");
      expect(place).toMatch(/^\/(?![/\\])/);
    }),
    { numRuns: 1_000 },
  );
});

test.for([
  { to: "/tenants/production?x=1", place: "/tenants/production?x=1" },
  { to: "", place: "/" },
  { to: "https://evil.example/a", place: "/" },
  { to: "//evil.example/a", place: "/" },
  { to: "/\\evil.example", place: "/" },
  { to: "..//evil.example", place: "/" },
  { to: "/tenants/production/reconcile", place: "/" },
])("$to leads to $place", ({ to, place }) => {
  expect(placeWithin(to)).toBe(place);
});
