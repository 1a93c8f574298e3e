import fc from "fast-check";
import { expect, test } from "vitest";
import { userFlowText } from "../../src/definitions/definition-text.ts";
import { type LoadRequest, openDefinitions } from "../../src/definitions/definitions.ts";
import type { Loaded, UserFlowDefinition } from "../../src/model/definition.ts";
import { connector, messages, places, request, writtenFolder } from "./written-folder.ts";

interface Parts {
  readonly name?: string;
  readonly kind?: string;
  readonly metadata?: string;
  /** Lines of `step: connector`. */
  readonly steps?: readonly string[];
  readonly end?: string;
}

const calls = (written: string) => [`postAttributeCollection: ${written}`];

/** The definition of a user flow; the parts are YAML, put in as they are. The first step is line 7. */
function flow(parts: Parts = {}): string {
  const { name = "B2X_1_signup", kind = "kind: UserFlow", steps = calls("fraud-check") } = parts;
  return [
    "apiVersion: plumbline/v1",
    kind,
    "metadata:",
    `  name: ${name}${parts.metadata === undefined ? "" : `\n  ${parts.metadata}`}`,
    "spec:",
    "  apiConnectors:",
    ...steps.map((step) => `    ${step}`),
    parts.end ?? "",
  ].join("\n");
}

/** One file beside the connector fraud-check, which was called fraud. */
function loadBeside(text: string, changes: Partial<LoadRequest> = {}): Loaded {
  const renamed = connector({ metadata: "previously: fraud" });
  const root = writtenFolder({ "connectors/a.yaml": renamed, "connectors/flow.yaml": text });
  return openDefinitions().load(request(root, changes));
}

function flowsIn({ definitions }: Loaded): readonly UserFlowDefinition[] {
  return definitions.filter((one) => one.kind === "UserFlow");
}

test("a user flow says which connector each step calls, in the order of the steps", () => {
  const steps = ["postAttributeCollection: fraud-check", "postFederationSignup: null"];
  const loaded = loadBeside(flow({ steps }));
  const file = "connectors/flow.yaml";
  expect(loaded.faults).toEqual([]);
  expect(flowsIn(loaded)).toEqual([
    {
      kind: "UserFlow",
      name: "B2X_1_signup",
      at: { file, line: 4, column: 9 },
      steps: [
        { step: "postFederationSignup", at: { file, line: 8, column: 5 }, connector: null },
        {
          step: "postAttributeCollection",
          at: { file, line: 7, column: 5 },
          connector: { type: "definition", name: "fraud-check" },
        },
      ],
    },
  ]);
});

test("flows and connectors may share a file, and are sorted by kind and name", () => {
  const text = [flow({ name: "B2X_1_b" }), connector({ name: "other" }), flow({ name: "B2C_1_a" })];
  const { definitions, faults } = loadBeside(text.join("---\n"));
  expect(faults).toEqual([]);
  expect(definitions.map(({ name }) => name)).toEqual([
    "fraud-check",
    "other",
    "B2C_1_a",
    "B2X_1_b",
  ]);
});

test.each(["null", "~", "", "# nothing"])("a step that holds %j calls no connector", (written) => {
  const loaded = loadBeside(flow({ steps: calls(written) }));
  expect(loaded.faults).toEqual([]);
  expect(flowsIn(loaded)[0]?.steps).toMatchObject([{ connector: null }]);
});

test.each([
  { written: "{ id: 3f1f2b7c }", want: { type: "id", id: "3f1f2b7c" } },
  { written: '{ id: "${apiHost}" }', want: { type: "id", id: "api.contoso.com" } },
  {
    written: "{ displayName: Partner check }",
    want: { type: "displayName", displayName: "Partner check" },
  },
  {
    written: '{ displayName: "${team} $${x}" }',
    want: { type: "displayName", displayName: "Trust ${x}" },
  },
  { written: "fraud-check", want: { type: "definition", name: "fraud-check" } },
])("a step may name its connector as $written", ({ written, want }) => {
  const loaded = loadBeside(flow({ steps: calls(written) }));
  expect(loaded.faults).toEqual([]);
  expect(flowsIn(loaded)[0]?.steps).toMatchObject([{ connector: want }]);
});

test("the step before the token belongs to the flows of Azure AD B2C alone", () => {
  const steps = ["preTokenIssuance: fraud-check"];
  expect(loadBeside(flow({ name: "B2C_1_signup", steps })).faults).toEqual([]);
  for (const written of ["fraud-check", "null", "{ id: a }"]) {
    const loaded = loadBeside(flow({ steps: [`preTokenIssuance: ${written}`] }));
    expect(places(loaded)).toEqual(["error schema 7:5"]);
    expect(messages(loaded)).toContain("B2X_1_signup has no step preTokenIssuance");
    expect(flowsIn(loaded)).toEqual([]);
  }
});

const EXPECTED = "the metadata.name of an ApiConnector, { displayName: NAME }, { id: ID } or null";

test.each([
  { written: "365", at: "7:30", want: `must be ${EXPECTED}; it is a number. Put a name` },
  { written: "true", at: "7:30", want: `must be ${EXPECTED}; it is true or false. Put a name` },
  { written: "[fraud-check]", at: "7:30", want: `must be ${EXPECTED}; it is a list.` },
  { written: "Fraud check", at: "7:30", want: `form of a name: it must be ${EXPECTED}.` },
  { written: "${team}", at: "7:30", want: `form of a name: it must be ${EXPECTED}.` },
  { written: "{}", at: "7:30", want: "must hold exactly one of id or displayName" },
  { written: "{ id: a, displayName: b }", at: "7:30", want: "exactly one of id or displayName" },
  { written: "{ displayname: b }", at: "7:32", want: 'Did you mean "displayName"?' },
  { written: "{ name: fraud-check }", at: "7:32", want: "stands here without braces" },
  { written: "{ id: a, more: b }", at: "7:39", want: "the keys here are id, displayName." },
  { written: "{ displayName: 5 }", at: "7:45", want: "must be text; it is a number. Put it in" },
  { written: "{ displayName: }", at: "7:32", want: "displayName must be text; it is empty" },
  { written: "{ displayName: '' }", at: "7:45", want: "displayName must not be empty" },
  { written: '{ displayName: "a\\u202Eb" }', at: "7:45", want: "displayName may not hold line" },
  { written: '{ displayName: "a\\tb" }', at: "7:45", want: "displayName may not hold line ends" },
  { written: '{ id: "a\\nb" }', at: "7:36", want: "postAttributeCollection.id may not hold line" },
])("a step that holds $written is told once, with what it may hold", ({ written, at, want }) => {
  const loaded = loadBeside(flow({ steps: calls(written) }));
  expect(places(loaded)).toEqual([`error schema ${at}`]);
  expect(messages(loaded)).toContain(want);
  expect(flowsIn(loaded)).toEqual([]);
});

test("a variable that is not defined, and one that leaves nothing, are told where they stand", () => {
  const steps = [
    'postFederationSignup: { id: "${nobody}" }',
    ...calls('{ displayName: "${none}" }'),
  ];
  const loaded = loadBeside(flow({ steps }), { variables: { none: "" } });
  expect(places(loaded)).toEqual(["error variable 7:33", "error schema 8:45"]);
  expect(messages(loaded)).toContain("${nobody} is not defined for this tenant");
  expect(messages(loaded)).toContain("must have 1 to 256 characters; with its variables it has 0");
});

test("a display name that begins with a space is a warning, and is kept", () => {
  const loaded = loadBeside(flow({ steps: calls('{ displayName: " Partners" }') }));
  expect(places(loaded)).toEqual(["warning schema 7:45"]);
  const want = { type: "displayName", displayName: " Partners" };
  expect(flowsIn(loaded)[0]?.steps).toMatchObject([{ connector: want }]);
});

test.each([
  { step: "postAttributeCollecton", want: 'Did you mean "postAttributeCollection"?' },
  { step: "postfederationsignup", want: 'Did you mean "postFederationSignup"?' },
  {
    step: "afterwards",
    want: "the keys here are postFederationSignup, postAttributeCollection, preTokenIssuance.",
  },
])("the step $step, which no flow has, is told with the steps that there are", ({ step, want }) => {
  const loaded = loadBeside(flow({ steps: [`${step}: fraud-check`] }));
  expect(places(loaded)).toEqual(["error schema 7:5"]);
  expect(messages(loaded)).toContain(want);
});

test.each([
  { name: "fruad-check", want: 'called "fruad-check". Did you mean "fraud-check"?' },
  { name: "partner-check", want: 'called "partner-check". A connector that only the tenant has' },
  { name: "fraud", want: 'The ApiConnector "fraud" is called "fraud-check" by now: write fraud-' },
])(
  "a step that calls the connector $name, of which there is none, is told what there is",
  (row) => {
    const loaded = loadBeside(flow({ steps: calls(row.name) }));
    expect(places(loaded)).toEqual(["error reference 7:30"]);
    expect(messages(loaded)).toContain(row.want);
    expect(flowsIn(loaded)).toEqual([]);
  },
);

test.each([
  { broken: connector({ targetUrl: "http://x.example" }), name: "whose URL is refused" },
  { broken: connector({ name: "Fraud_Check" }), name: "whose name is refused" },
  { broken: connector().replace("metadata:", "metadata: ["), name: "that is no YAML" },
  { broken: connector().replace("ApiConnector", "Webhook"), name: "of a kind that is not known" },
  { broken: connector().replace("ApiConnector", "ApiConector"), name: "whose kind has a slip" },
  { broken: new Uint8Array([0xff, 0xfe, 0xfd]), name: "in a file that is no UTF-8" },
])("a connector $name is not missed by the flows that call it", ({ broken }) => {
  const root = writtenFolder({ "connectors/a.yaml": broken, "connectors/flow.yaml": flow() });
  const { faults } = openDefinitions().load(request(root));
  expect(faults.length).toBeGreaterThan(0);
  for (const { at } of faults) expect(at?.file).toBe("connectors/a.yaml");
});

test("a connector in a folder that is missing is not missed by the flows that call it", () => {
  const root = writtenFolder({ "connectors/flow.yaml": flow() });
  const { faults } = openDefinitions().load(request(root, { folders: ["connectors", "more"] }));
  expect(faults.map(({ code }) => code)).toEqual(["folder"]);
});

test("a flow that two documents define, in whatever letter case, is told at both as it was written", () => {
  const loaded = loadBeside(`${flow({ name: "B2X_1_Signup" })}---\n${flow()}`);
  expect(places(loaded)).toEqual(["error duplicate 4:9", "error duplicate 12:9"]);
  expect(messages(loaded)).toContain('"B2X_1_Signup" is also used at connectors/flow.yaml:12:9');
  expect(messages(loaded)).toContain('"B2X_1_signup" is also used at connectors/flow.yaml:4:9');
});

test.each(["Userflow", "UserFlows", "userFlow"])("the kind %s is told as a slip", (kind) => {
  const loaded = loadBeside(flow({ kind: `kind: ${kind}` }));
  expect(places(loaded)).toEqual(["error schema 2:7"]);
  expect(messages(loaded)).toContain('Did you mean "UserFlow"?');
});

test("a flow without a kind is told to add that of a user flow", () => {
  const loaded = loadBeside(flow({ kind: "# none" }));
  expect(places(loaded)).toEqual(["error schema 1:1"]);
  expect(messages(loaded)).toContain("Add kind: UserFlow.");
});

test.each(["signup", "b2x_1_signup", "B2X_2_signup", "B2X_1_", "fraud-check"])(
  "the name %s, which is no id of a flow, is told with what one looks like",
  (name) => {
    const loaded = loadBeside(flow({ name }));
    expect(places(loaded)).toEqual(["error schema 4:9"]);
    expect(messages(loaded)).toContain("Id of the user flow as the portal shows it: B2X_1_");
    expect(messages(loaded)).toContain("such as B2X_1_signup.");
  },
);

test("what a connector may have beside its spec, a flow may not", () => {
  const policy = loadBeside(flow({ end: "policy: { protect: true }\n" }));
  expect(places(policy)).toEqual(["error schema 8:1"]);
  expect(messages(policy)).toContain('The key "policy" is not known in a definition');
  for (const key of ["id", "previously"]) {
    const loaded = loadBeside(flow({ metadata: `${key}: B2X_1_other` }));
    expect(places(loaded)).toEqual(["error schema 5:3"]);
    expect(messages(loaded)).toContain(
      `The key "${key}" is not known in metadata: the only key here is name.`,
    );
  }
});

test("a flow without steps is told which there are", () => {
  const loaded = loadBeside(flow({ steps: [], end: "    {}\n" }));
  expect(places(loaded)).toEqual(["error schema 7:5"]);
  expect(messages(loaded)).toContain(
    "must name at least one step: postFederationSignup, postAttributeCollection or preTokenIssuance",
  );
});

test("all that is wrong with a flow comes at once", () => {
  const steps = [
    'postFederationSignup: { displayName: "${nobody}", more: 1 }',
    "postAttributeCollection: nowhere",
    "preTokenIssuance: null",
  ];
  expect(places(loadBeside(flow({ steps })))).toEqual([
    "error variable 7:42",
    "error schema 7:55",
    "error reference 8:30",
    "error schema 9:5",
  ]);
});

test("the earlier state of a flow stands in the place of the one in git, in whatever letter case", () => {
  const steps = calls("{ id: 3f1f2b7c }");
  const instead = { b2x_1_SIGNUP: flow({ steps }) };
  const loaded = loadBeside(flow(), { instead });
  expect(loaded.faults).toEqual([]);
  expect(flowsIn(loaded)[0]?.steps).toMatchObject([{ connector: { type: "id" } }]);
});

test("a live flow that is written as a definition says the same when it is read, whatever its ids", () => {
  const plain = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
    .filter((text) => text.trim() === text && !/[\p{C}\p{Z}]/u.test(text));
  const called = fc.option(fc.oneof(plain, fc.constantFrom("null", "365", "${x}", "$${x}", "~")));
  fc.assert(
    fc.property(called, called, fc.boolean(), (first, second, isNamed) => {
      const connectorOf = (id: string | null) => (id === null ? null : { id, displayName: null });
      const live = {
        ...({ kind: "UserFlow", id: "B2X_1_signup", type: null, version: null } as const),
        steps: [
          { step: "postFederationSignup", connector: connectorOf(first) },
          { step: "postAttributeCollection", connector: connectorOf(second) },
        ],
      } as const;
      const nameOf = (id: string) => (isNamed && id === first ? "fraud-check" : null);
      const written = userFlowText(live, nameOf, null);
      const loaded = loadBeside(written?.text ?? "");
      const want = (id: string | null) =>
        id && (nameOf(id) ? { type: "definition", name: "fraud-check" } : { type: "id", id });
      expect(loaded.faults).toEqual([]);
      expect(flowsIn(loaded)[0]?.steps.map(({ connector }) => connector)).toEqual([
        want(first),
        want(second),
      ]);
    }),
    { numRuns: 60 },
  );
});

test.each(["B2X_1_../../etc", "B2X_1_a b", "b2x_1_signup", `B2X_1_${"a".repeat(123)}`, "signup"])(
  "a live flow whose id is %s is written into no file",
  (id) => {
    const live = { kind: "UserFlow", id, type: null, version: null, steps: [] } as const;
    expect(userFlowText(live, () => null, null)).toBe(null);
  },
);

test("a flow in git may call a connector that an earlier state takes away", () => {
  const loaded = loadBeside(flow(), { instead: { "fraud-check": null } });
  expect(loaded.faults).toEqual([]);
  expect(loaded.definitions.map(({ name }) => name)).toEqual(["B2X_1_signup"]);
});
