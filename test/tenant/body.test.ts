import fc from "fast-check";
import { expect, test } from "vitest";
import { readBody } from "../../src/tenant/body.ts";

test("a body is read whole, however it comes in pieces", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 20 });
  const texts = fc.string({ unit: "grapheme", maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(texts, sizes, async (text, pieces) => {
      const bytes = Buffer.from(text);
      let from = 0;
      const body = new ReadableStream({
        pull(controller) {
          const piece = bytes.subarray(from, from + (pieces.pop() ?? bytes.length));
          from += piece.length;
          if (piece.length === 0) controller.close();
          else controller.enqueue(piece);
        },
      });
      expect(await readBody(new Response(body), bytes.length)).toBe(text.replace(/^\ufeff/, ""));
    }),
  );
});

test("a body without end is let go of at its limit", async () => {
  let [pulled, cancelled] = [0, false];
  const body = new ReadableStream({
    pull(controller) {
      pulled += 1;
      controller.enqueue(new Uint8Array(100));
    },
    cancel() {
      cancelled = true;
    },
  });
  expect(await readBody(new Response(body), 1_000)).toBeNull();
  expect(cancelled).toBe(true);
  expect(pulled).toBeLessThan(15);
});

test("an answer without a body is empty", async () => {
  expect(await readBody(new Response(null), 0)).toBe("");
});
