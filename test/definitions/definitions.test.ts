import { renameSync, rmSync, symlinkSync, unlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { openDefinitions } from "../../src/definitions/definitions.ts";
import { secretUses } from "../../src/model/definition.ts";
import {
  connector,
  connectorsIn,
  loadText,
  messages,
  places,
  request,
  write,
  writtenFolder,
} from "./written-folder.ts";

test("a definition is loaded with its places, its variables replaced and its secrets named", () => {
  const text = `# yaml-language-server: $schema=../schemas/api-connector.schema.json
apiVersion: plumbline/v1
kind: ApiConnector
metadata:
  name: fraud-check
  id: 3f1f2b7c
  previously: fraud
spec:
  displayName: Fraud check of \${team}
  targetUrl: https://fraud.\${apiHost}/entra?mode=fast
  query:
    code: { env: FRAUD_FUNCTION_KEY }
  authentication:
    basic:
      username: \${team}
      password: { file: ../secrets/fraud.txt }
policy:
  protect: true
`;
  const root = writtenFolder({ "connectors/trust/fraud.yaml": text });
  const loaded = openDefinitions().load(request(root));
  const file = "connectors/trust/fraud.yaml";
  expect(loaded).toEqual({
    faults: [],
    definitions: [
      {
        kind: "ApiConnector",
        name: "fraud-check",
        at: { file, line: 5, column: 9 },
        id: "3f1f2b7c",
        previously: "fraud",
        displayName: "Fraud check of Trust",
        targetUrl: "https://fraud.api.contoso.com/entra",
        query: [
          {
            key: "mode",
            value: {
              path: "spec.query.mode",
              source: { type: "literal", value: expect.anything() },
              at: { file, line: 10, column: 14 },
            },
          },
          {
            key: "code",
            value: {
              path: "spec.query.code",
              source: { type: "env", name: "FRAUD_FUNCTION_KEY" },
              at: { file, line: 12, column: 18 },
            },
          },
        ],
        authentication: {
          type: "basic",
          username: "Trust",
          password: {
            path: "spec.authentication.basic.password",
            source: {
              type: "file",
              path: path.join(root, "connectors/secrets/fraud.txt"),
              written: "../secrets/fraud.txt",
              real: expect.stringContaining(root),
            },
            at: { file, line: 16, column: 25 },
          },
        },
        policy: {
          protect: true,
          assertOnAdopt: false,
          reassertEvery: null,
          reassertOnOutsideChange: null,
          retireAfter: null,
        },
      },
    ],
  });
  const [literal] = connectorsIn(loaded)[0]!.query;
  expect(literal!.value.source.type === "literal" && literal!.value.source.value.reveal()).toBe(
    "fast",
  );
});

test("definitions are sorted by name, whatever files and documents they stand in", () => {
  const root = writtenFolder({
    "connectors/a.yaml": `${connector({ name: "zeta" })}---\n${connector({ name: "beta" })}`,
    "connectors/z.yml": connector({ name: "alpha" }),
  });
  const { definitions, faults } = openDefinitions().load(request(root));
  expect(definitions.map(({ name }) => name)).toEqual(["alpha", "beta", "zeta"]);
  expect(faults).toEqual([]);
});

test("all faults of all files come at once, sorted by file and place", () => {
  const root = writtenFolder({
    "connectors/b.yaml": connector({ password: "hunter2", targetUrl: "http://x.example" }),
    "connectors/a.yaml": `${connector({ name: "A" })}---\n\tx: 1\n`,
    "connectors/c.yaml": "",
  });
  const { faults } = openDefinitions().load(request(root, { folders: ["missing", "connectors"] }));
  expect(faults.map(({ code, at }) => `${code} ${at?.file}:${at?.line}:${at?.column}`)).toEqual([
    "folder undefined:undefined:undefined",
    "schema connectors/a.yaml:4:9",
    "yaml connectors/a.yaml:13:1",
    "url connectors/b.yaml:7:14",
    "literal-secret connectors/b.yaml:11:17",
    "empty-file connectors/c.yaml:1:1",
  ]);
});

test("a file with very many mistakes is looked at no further, and others are", () => {
  const text = `${"---\nkind: Nonsense\n".repeat(60)}---\n${connector({ name: "after-them" })}`;
  const root = writtenFolder({
    "connectors/a.yaml": text,
    "connectors/b.yaml": connector({ name: "beside-them" }),
  });
  const { definitions, faults } = openDefinitions().load(request(root));
  expect(faults).toHaveLength(51);
  expect(faults.at(-1)?.message).toContain("There are more faults in this file");
  expect(definitions.map(({ name }) => name)).toEqual(["beside-them"]);
});

test("a folder without YAML files is no fault", () => {
  const root = writtenFolder({ "connectors/README.md": "nothing yet" });
  expect(openDefinitions().load(request(root))).toEqual({ definitions: [], faults: [] });
});

test("an unchanged tree gives the very same frozen answer", () => {
  const root = writtenFolder({ "connectors/a.yaml": connector(), "connectors/b.yaml": "kind: 1" });
  const definitions = openDefinitions();
  const first = definitions.load(request(root));
  expect(definitions.load(request(root))).toBe(first);
  expect(Object.isFrozen(first.definitions)).toBe(true);
  expect(Object.isFrozen(secretUses(first.definitions[0]!)[0]?.at)).toBe(true);
  expect(Object.isFrozen(first.faults[0])).toBe(true);
});

test("tenants with different variables get different answers from the same files", () => {
  const root = writtenFolder({
    "connectors/a.yaml": connector({ targetUrl: "https://fraud.${apiHost}/" }),
  });
  const definitions = openDefinitions();
  const hosts = ["one.example", "two.example", "one.example"];
  const urls = hosts.map(
    (apiHost) =>
      connectorsIn(definitions.load(request(root, { variables: { apiHost } })))[0]?.targetUrl,
  );
  expect(urls).toEqual(hosts.map((host) => `https://fraud.${host}/`));
});

test("a change of the same length is seen at the next load, however soon it comes", () => {
  const root = writtenFolder({});
  const definitions = openDefinitions();
  for (let round = 100; round < 200; round++) {
    write(root, "connectors/a.yaml", connector({ displayName: `Round ${round}` }));
    const [definition] = connectorsIn(definitions.load(request(root)));
    expect(definition?.displayName).toBe(`Round ${round}`);
  }
});

test("a link that gets another name gives the definition another place", () => {
  const root = writtenFolder({ "connectors/..data/a.yaml": connector() });
  const definitions = openDefinitions();
  const link = (name: string) => path.join(root, "connectors", name);
  const file = () => definitions.load(request(root)).definitions[0]?.at.file;
  symlinkSync("..data/a.yaml", link("old.yaml"));
  expect(file()).toBe("connectors/old.yaml");
  renameSync(link("old.yaml"), link("new.yaml"));
  expect(file()).toBe("connectors/new.yaml");
});

test("files that come and go are seen at the next load", () => {
  const root = writtenFolder({ "connectors/a.yaml": connector({ name: "a" }) });
  const definitions = openDefinitions();
  const names = () => definitions.load(request(root)).definitions.map(({ name }) => name);
  expect(names()).toEqual(["a"]);
  write(root, "connectors/b.yaml", connector({ name: "b" }));
  expect(names()).toEqual(["a", "b"]);
  unlinkSync(path.join(root, "connectors/a.yaml"));
  expect(names()).toEqual(["b"]);
  renameSync(path.join(root, "connectors/b.yaml"), path.join(root, "connectors/c.yaml"));
  expect(definitions.load(request(root)).definitions[0]?.at.file).toBe("connectors/c.yaml");
});

test("a checkout that is swapped by a link is followed, and called by the name of the link", () => {
  const root = writtenFolder({
    ".worktrees/one/fraud.yaml": connector({ displayName: "One" }),
    ".worktrees/two/fraud.yaml": connector({ displayName: "Two" }),
  });
  const link = path.join(root, "connectors");
  const definitions = openDefinitions();
  const point = (side: string) => {
    rmSync(link, { force: true });
    symlinkSync(path.join(root, ".worktrees", side), link);
    const [definition] = connectorsIn(definitions.load(request(root)));
    return `${definition?.displayName} ${definition?.at.file}`;
  };
  expect(["one", "two", "one"].map(point)).toEqual([
    "One connectors/fraud.yaml",
    "Two connectors/fraud.yaml",
    "One connectors/fraud.yaml",
  ]);
});

test("a secret file that turns into a link out of the folders is refused at the next load", () => {
  const root = writtenFolder({
    "connectors/a.yaml": connector({ password: "{ file: p.txt }" }),
    "connectors/p.txt": "practice",
  });
  const definitions = openDefinitions();
  expect(definitions.load(request(root)).faults).toEqual([]);
  rmSync(path.join(root, "connectors/p.txt"));
  symlinkSync("/etc/passwd", path.join(root, "connectors/p.txt"));
  expect(places(definitions.load(request(root)))).toEqual(["error secret-scope 11:25"]);
});

test("printed paths are relative to plumbline.yaml, also for folders beside it", () => {
  const root = writtenFolder({ "service/plumbline.yaml": "", "shared/a.yaml": "kind: 1" });
  const loaded = openDefinitions().load(
    request(path.join(root, "service"), { folders: [path.join(root, "shared")] }),
  );
  expect(loaded.faults[0]?.at?.file).toBe("../shared/a.yaml");
});

test.each([
  {
    name: "metadata.name",
    first: connector({ name: "same", displayName: "One" }),
    second: connector({ name: "same", displayName: "Two" }),
    want: ["4:9", "4:9"],
  },
  {
    name: "spec.displayName",
    first: connector({ name: "one", displayName: "${team} check" }),
    second: connector({ name: "two", displayName: "Trust check" }),
    want: ["6:16", "6:16"],
  },
  {
    name: "metadata.id",
    first: connector({ name: "one", metadata: "id: ABC" }),
    second: connector({ name: "two", metadata: "id: abc" }),
    want: ["5:7", "5:7"],
  },
  {
    name: "metadata.previously",
    first: connector({ name: "one", metadata: "previously: old" }),
    second: connector({ name: "two", metadata: "previously: old" }),
    want: ["5:15", "5:15"],
  },
])(
  "two definitions with the same $name are a fault at each place, which names the other",
  (row) => {
    const root = writtenFolder({ "connectors/a.yaml": row.first, "connectors/b.yaml": row.second });
    const { faults } = openDefinitions().load(request(root));
    const [inA, inB] = row.want;
    expect(faults.map(({ code, at }) => `${code} ${at?.file}:${at?.line}:${at?.column}`)).toEqual([
      `duplicate connectors/a.yaml:${inA}`,
      `duplicate connectors/b.yaml:${inB}`,
    ]);
    expect(faults[0]?.message).toContain(`connectors/b.yaml:${inB}`);
    expect(faults[1]?.message).toContain(`connectors/a.yaml:${inA}`);
    for (const { message } of faults) expect(message).toContain(row.name);
  },
);

test("a rename whose old definition still exists is a fault", () => {
  const root = writtenFolder({
    "connectors/a.yaml": connector({ name: "old" }),
    "connectors/b.yaml": connector({ name: "new", metadata: "previously: old" }),
  });
  const loaded = openDefinitions().load(request(root));
  expect(places(loaded)).toEqual(["error duplicate 5:15"]);
  expect(messages(loaded)).toContain("connectors/a.yaml:4:9");
});

test("two definitions may not hide a duplicate behind another fault", () => {
  const loaded = loadText(
    `${connector({ name: "a", displayName: "Same", password: "{ env: AZURE_CLIENT_SECRET }" })}---\n${connector({ name: "b", displayName: "Same" })}`,
  );
  expect(loaded.faults.map(({ code }) => code)).toEqual(["duplicate", "secret-scope", "duplicate"]);
});

test("the example definitions have no faults and no warnings", () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const loaded = openDefinitions().load(
    request(root, {
      secrets: {
        env: null,
        ownEnv: [],
        reservedEnv: [],
        files: [root],
        keyVaults: [],
        ownVaultSecrets: [],
        others: { env: [], files: [] },
      },
    }),
  );
  expect(loaded.faults).toEqual([]);
  expect(loaded.definitions.map(({ name }) => name)).toEqual([
    "crm-sync",
    "fraud-check",
    "loyalty-enrol",
    "loyalty-lookup",
    "B2X_1_partners",
  ]);
});

test("what the schema refuses in one place hides no broken rule in another", () => {
  const valid = connector({ targetUrl: "http://fraud.${apiHst}/hook" });
  const root = writtenFolder({
    "connectors/a.yaml": valid.replace("spec:", "spec:\n  colour: red"),
    "connectors/b.yaml": `${connector({})}policy: { protect: 1 }\n`,
  });
  const { definitions, faults } = openDefinitions().load(request(root));
  expect(definitions).toEqual([]);
  expect(faults.map(({ code, at }) => `${at?.file} ${code}`)).toEqual(
    expect.arrayContaining([
      "connectors/a.yaml schema",
      "connectors/a.yaml variable",
      "connectors/a.yaml duplicate",
      "connectors/b.yaml schema",
      "connectors/b.yaml duplicate",
    ]),
  );
});

test.for([
  {
    authentication: "basic: { username: entra, password: { env: P } }",
    policy: "retire: afterRotation",
    want: "policy.retire does nothing here: the connector has a password and no certificates.",
  },
  {
    authentication: "certificate: { pfx: { env: P } }",
    policy: "retireAfter: 3d",
    want: "policy.retireAfter does nothing here: older certificates stay. Add retire: afterRotation",
  },
  {
    authentication: "certificate: { pfx: { env: P } }",
    policy: "reassertEvery: 30d",
    want: "policy.reassertEvery does nothing here: Microsoft Graph shows a certificate",
  },
])("a policy that would do nothing is a warning at its place: $policy", (row) => {
  const loaded = loadText(`apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: a }
spec:
  displayName: A
  targetUrl: https://a.contoso.com/
  authentication: { ${row.authentication} }
policy:
  ${row.policy}
`);
  const column = row.policy.indexOf(":") + 5;
  expect(places(loaded)).toEqual([`warning schema 9:${column}`]);
  expect(messages(loaded)).toContain(row.want);
});
