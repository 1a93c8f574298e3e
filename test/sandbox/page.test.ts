import fc from "fast-check";
import { expect, test } from "vitest";
import { CONNECTORS, type Practice, practise } from "./practice.ts";

function fill(practice: Practice, count: number): void {
  practice.sandbox.control.setState({
    connectors: Array.from({ length: count }, (_, index) => ({
      id: `id-${index}`,
      displayName: `Connector ${index}`,
    })),
  });
}

async function follow(practice: Practice, path: string) {
  const pages: string[][] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const { status, json } = await practice.call("GET", next);
    expect(status).toBe(200);
    pages.push(json.value.map((each) => each.id));
    next = json["@odata.nextLink"];
  }
  return pages;
}

test("a listing comes whole when nobody asks for pages", async () => {
  await using practice = await practise();
  fill(practice, 20);
  const [page, ...more] = await follow(practice, CONNECTORS);
  expect([page?.length, more]).toEqual([20, []]);
});

test("following every page gives each connector once, in order, whatever the size of a page", async () => {
  await using practice = await practise({ requestLimit: null });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 1, max: 25 }),
      fc.constantFrom("$top", "control"),
      async (count, size, by) => {
        fill(practice, count);
        practice.sandbox.control.configure({ pageSize: by === "control" ? size : null });
        const path = by === "control" ? CONNECTORS : `${CONNECTORS}?$top=${size}`;
        const pages = await follow(practice, path);
        expect(pages.flat()).toEqual(Array.from({ length: count }, (_, index) => `id-${index}`));
        expect(pages).toHaveLength(Math.max(1, Math.ceil(count / size)));
      },
    ),
    { numRuns: 30 },
  );
});

test.for([
  "$filter=displayName eq 'a'",
  "$select=id",
  "$count=true",
  "$orderby=id",
  "$top=0",
  "$top=x",
  "$skiptoken=x",
])("a listing with %s is refused rather than answered as if it were not there", async (query) => {
  await using practice = await practise();
  const { status, json } = await practice.call("GET", `${CONNECTORS}?${query}`);
  expect([status, json.error.code]).toEqual([400, "AADB2C"]);
  expect(json.error.message).toContain(query.split("=", 1)[0]);
});

test("one connector takes no query option either", async () => {
  await using practice = await practise();
  fill(practice, 1);
  const { status } = await practice.call("GET", `${CONNECTORS}/id-0?$select=id`);
  expect(status).toBe(400);
});
