import { expect, test } from "vitest";
import { definition, openService } from "./program.ts";
import { faultsBy } from "./published-schemas.ts";

interface Said {
  readonly faults: readonly {
    readonly severity: string;
    readonly code: string;
    readonly at: { readonly file: string } | null;
  }[];
}

/** No network: nothing listens where these tenants are. */
const tenants = [
  { name: "one", sandbox: { port: 1 }, mode: "apply", definitions: ["base", "one"] },
  { name: "two", sandbox: { port: 2 }, mode: "apply", definitions: ["base", "two"] },
];

test("the faults of every file come at once, by file, and a missing secret is a warning", async () => {
  await using service = openService();
  service.configure({ tenants });
  service.write("base/a.yaml", definition("a"));
  service.write("one/b.yaml", `${definition("b")}\n---\nkind: Nonsense\n`);
  service.write("one/c.yaml", "a: [");
  service.write("two/d.yaml", definition("d", { targetUrl: "http://api.contoso.com" }));
  const flags = ["--output", "json", "--output", "text=all.txt"];
  const { status, stdout, stderr } = await service.run(["validate", ...flags]);
  expect({ status, stderr }).toEqual({ status: 3, stderr: "" });
  const said = JSON.parse(stdout) as Said;
  expect(faultsBy("validation.schema.json", said)).toEqual([]);
  const files = said.faults.map(({ at }) => at?.file);
  expect(files).toEqual(files.toSorted());
  // What two tenants share is told once.
  const about = (wanted: string) => said.faults.filter(({ at }) => at?.file === wanted);
  expect(about("base/a.yaml")).toMatchObject([{ severity: "warning", code: "secret-source" }]);
  expect(about("one/c.yaml")).toMatchObject([{ severity: "error", code: "yaml" }]);
  expect(about("two/d.yaml")).toContainEqual(expect.objectContaining({ code: "url" }));
  expect(service.read("all.txt")).toMatch(/^one\/b\.yaml$/m);

  const warned = await service.run(["validate", "base"]);
  expect(warned.status).toBe(0);
  expect(warned.stdout).toContain("env CONNECTOR_PASSWORD");
  const silent = await service.run(["validate", "base"], { env: { CONNECTOR_PASSWORD: "there" } });
  expect(silent).toMatchObject({ status: 0, stdout: expect.not.stringContaining("warning") });
});

test("a folder that is missing is a fault where plumbline.yaml names it", async () => {
  await using service = openService();
  service.write(
    "plumbline.yaml",
    `apiVersion: plumbline/v1
kind: Service
definitions: conectors
tenants:
  - { name: one, sandbox: { port: 1 }, mode: apply }
  - name: two
    sandbox: { port: 2 }
    mode: apply
    definitions: [base, two]
`,
  );
  service.write("base/README.md", "Nothing yet.");
  const { stdout } = await service.run(["validate", "--output", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    faults: [
      { code: "folder", at: { file: "plumbline.yaml", line: 3, column: 14 } },
      { code: "folder", at: { file: "plumbline.yaml", line: 9, column: 18 } },
    ],
  });
  // A path of the command line stands in no file.
  const named = await service.run(["validate", "nowhere", "--output", "json"]);
  expect(JSON.parse(named.stdout)).toMatchObject({ faults: [{ code: "folder", at: null }] });
});

test("only the paths that are named are checked, wherever they lie", async () => {
  await using service = openService();
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  service.configure({ tenants });
  service.write("base/a.yaml", definition("a"));
  service.write("one/broken.yaml", "kind: Nonsense\n");
  service.write("two/README.md", "Nothing yet.");
  service.write("elsewhere/e.yaml", "kind: Nonsense\n");
  expect(
    await service.run(["validate", "a.yaml", "--config", "../plumbline.yaml"], { cwd: "base" }),
  ).toMatchObject({ status: 0 });
  expect(await service.run(["validate", "base", "two"])).toMatchObject({ status: 0 });
  const outside = await service.run(["validate", "base", "elsewhere/e.yaml"]);
  expect(outside).toMatchObject({ status: 3, stdout: expect.stringContaining("elsewhere/e.yaml") });
  const missing = await service.run(["validate", "nowhere.yaml"]);
  expect(missing).toMatchObject({ status: 3, stdout: expect.stringContaining("nowhere.yaml") });
  const around = await service.run(["validate", "."]);
  expect(around).toMatchObject({ status: 3, stdout: expect.stringContaining("one/broken.yaml") });
  expect(around.stdout).not.toContain("elsewhere");
  const other = await service.run(["validate", "--tenant", "two"]);
  expect(other).toMatchObject({ status: 0 });
});

test("five hundred broken files are five hundred faults, and no report loses one", async () => {
  await using service = openService();
  service.configure({ tenants: tenants.slice(0, 1) });
  service.write("base/README.md", "Nothing yet.");
  for (let count = 0; count < 500; count++) {
    service.write(`one/file-${count}.yaml`, `kind: Nonsense ${count}\n`);
  }
  const flags = ["--output", "json", "--output", "text=all.txt"];
  const { status, stdout } = await service.run(["validate", ...flags]);
  expect(status).toBe(3);
  const { faults } = JSON.parse(stdout) as Said;
  expect(new Set(faults.map(({ at }) => at?.file)).size).toBe(500);
  expect(service.read("all.txt").match(/^one\/file-\d+\.yaml$/gm)).toHaveLength(500);
});
