import fc from "fast-check";
import { expect, test } from "vitest";
import { openDefinitions } from "../../src/definitions/definitions.ts";
import { connector, request, write, writtenFolder } from "./written-folder.ts";

const CANARY = "C4nary/Value+that=must!not@show";
const text = `${connector({ query: `{ code: { env: FRAUD_KEY } }`, targetUrl: "https://fraud.${apiHost}/entra" })}---\n${connector(
  { name: "crm", password: JSON.stringify(CANARY), metadata: "previously: old-crm" },
)}policy: { protect: true }
`;
const size = Buffer.byteLength(text);

interface Edit {
  readonly at: number;
  readonly deleted: number;
  readonly inserted: Uint8Array;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(size),
  deleted: fc.oneof(fc.nat(3), fc.nat(60)),
  inserted: fc.oneof(
    fc.uint8Array({ maxLength: 3 }),
    fc
      .constantFrom(
        "\n",
        "  ",
        "\t",
        ": ",
        "- ",
        "{",
        "[",
        "}",
        "]",
        "&a ",
        "*a ",
        "!x ",
        "<<: ",
        "---\n",
        "'",
        '"',
        "|",
        "${",
        "#",
        "?",
        "%",
        "\r\n",
        "\u2028",
        "😀",
      )
      .map((it) => new TextEncoder().encode(it)),
  ),
});

function edited(edits: readonly Edit[], kept: number): Uint8Array {
  let bytes = Buffer.from(text);
  for (const { at, deleted, inserted } of edits) {
    bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + deleted)]);
  }
  return bytes.subarray(0, kept);
}

test("whatever happens to a file, the answer is faults with places inside it, and no secret", () => {
  const root = writtenFolder({});
  const definitions = openDefinitions();
  const edits = fc.array(edit, { minLength: 1, maxLength: 4 });
  const kept = fc.oneof(fc.constant(size * 2), fc.nat(size));
  fc.assert(
    fc.property(edits, kept, (changes, length) => {
      const bytes = edited(changes, length);
      write(root, "connectors/it.yaml", bytes);
      const { faults } = definitions.load(request(root));
      const lines = Buffer.from(bytes)
        .toString("utf8")
        .replace(/^\ufeff/, "")
        .split("\n");
      for (const { at, message, code } of faults) {
        expect(code).not.toBe("internal");
        expect(message.toLowerCase()).not.toContain("c4nary");
        expect(at?.file).toBe("connectors/it.yaml");
        const line = lines[(at?.line ?? 0) - 1];
        expect(line).toBeDefined();
        expect(at?.column).toBeGreaterThanOrEqual(1);
        expect(at?.column).toBeLessThanOrEqual((line?.length ?? 0) + 1);
      }
    }),
    { numRuns: 300 },
  );
});

test("whatever bytes a file holds, loading it does not throw", () => {
  const root = writtenFolder({});
  const definitions = openDefinitions();
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: "grapheme", maxLength: 200 }).map((it) => new TextEncoder().encode(it)),
    fc
      .array(
        fc.constantFrom(
          "a",
          ":",
          " ",
          "\n",
          "-",
          "[",
          "]",
          "{",
          "}",
          ",",
          "'",
          '"',
          "#",
          "|",
          ">",
          "?",
          "&",
          "*",
          "!",
          "%",
          "@",
          "`",
          "\t",
          "~",
        ),
        { maxLength: 60 },
      )
      .map((it) => new TextEncoder().encode(it.join(""))),
  );
  fc.assert(
    fc.property(bytes, (content) => {
      write(root, "connectors/it.yaml", content);
      const { faults, definitions: found } = definitions.load(request(root));
      expect(found).toEqual([]);
      expect(faults.map(({ code }) => code)).not.toContain("internal");
      expect(faults.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
});
