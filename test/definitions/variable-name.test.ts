import { expect, test } from "vitest";
import { mendedName } from "../../src/definitions/variable-name.ts";
import { connector, loadText } from "./written-folder.ts";

test.each([
  { written: "$FRAUD_KEY", want: "An environment variable is written without $: FRAUD_KEY." },
  { written: "${FRAUD_KEY}", want: "An environment variable is written without $: FRAUD_KEY." },
  {
    written: "$env:FRAUD_KEY",
    want: "An environment variable is written without $env: FRAUD_KEY.",
  },
  { written: "%FRAUD_KEY%", want: "An environment variable is written without %: FRAUD_KEY." },
  {
    written: "FRAUD-KEY",
    want: "The name of an environment variable has _ in place of -: FRAUD_KEY.",
  },
  { written: "FRAUD KEY", want: null },
  { written: "FRAUD_KEY=x", want: null },
])("the name $written gives $want", ({ written, want }) => {
  expect(mendedName(written)).toBe(want);
});

test("what does not look like a name is not repeated, because it may be the secret", () => {
  for (const written of ["$hunter2", "${hunter2}", "$Hunter2", "$HUNTER2/x=", "%hunter2%"]) {
    expect(mendedName(written)).toMatch(/^An environment variable is written without [$%]\.$/);
  }
  for (const written of ["hunter2-x", "-hunter2", "h!"]) expect(mendedName(written)).toBeNull();
});

test("a refused name has one fault: what a tenant may name is no question then", () => {
  for (const name of ['"$FRAUD_KEY"', '"${FRAUD_KEY}"', "FRAUD-KEY", '""']) {
    const { faults } = loadText(connector({ password: `{ env: ${name} }` }));
    expect(faults.map(({ code }) => code)).toEqual(["schema"]);
  }
});
