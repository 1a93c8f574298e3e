import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { findFiles, liesWithin, shownPath } from "../../src/definitions/folder.ts";
import { writtenFolder } from "./written-folder.ts";

function shown(root: string, folders = ["."], exclude: string[] = []): readonly string[] {
  return findFiles({ root, folders, exclude }).files.map((file) => file.shown);
}

function faults(root: string, folders = ["."]): readonly string[] {
  return findFiles({ root, folders, exclude: [] }).faults.map(
    ({ code, at }) => `${code} ${at?.file ?? ""}`,
  );
}

test("YAML files are found at any depth; other files and names with a dot are skipped", () => {
  const root = writtenFolder({
    "a.yaml": "",
    "b.yml": "",
    "deep/er/c.yaml": "",
    "README.md": "",
    "d.yaml.bak": "",
    "e.json": "",
    ".hidden.yaml": "",
    ".git/f.yaml": "",
  });
  expect(shown(root)).toEqual(["a.yaml", "b.yml", "deep/er/c.yaml"]);
});

test("the configuration itself is no definition, by whatever path it is reached", () => {
  const root = writtenFolder({ "plumbline.yaml": "", "a.yaml": "" });
  symlinkSync(path.join(root, "plumbline.yaml"), path.join(root, "link.yaml"));
  expect(shown(root, ["."], [path.join(root, "plumbline.yaml")])).toEqual(["a.yaml"]);
});

test("a file that several folders and links lead to counts once, under its own path", () => {
  const root = writtenFolder({ "base/sub/a.yaml": "" });
  symlinkSync(path.join(root, "base/sub/a.yaml"), path.join(root, "base/0.yaml"));
  symlinkSync(path.join(root, "base/sub"), path.join(root, "base/0"));
  expect(shown(root, ["base", "base/sub", "base/sub/a.yaml"])).toEqual(["base/sub/a.yaml"]);
});

test("links that lead in a circle do no harm", () => {
  const root = writtenFolder({ "c/a.yaml": "", "c/sub/b.yaml": "" });
  symlinkSync(path.join(root, "c"), path.join(root, "c/sub/up"));
  symlinkSync("loop", path.join(root, "c/loop"));
  symlinkSync("self.yaml", path.join(root, "c/self.yaml"));
  expect(shown(root, ["c"])).toEqual(["c/a.yaml", "c/sub/b.yaml"]);
  expect(faults(root, ["c"])).toEqual(["link c/loop", "link c/self.yaml"]);
});

test("a link to a hidden place in its folder is followed, as Kubernetes mounts a ConfigMap", () => {
  const root = writtenFolder({ "c/..2026/fraud.yaml": "" });
  symlinkSync("..2026", path.join(root, "c/..data"));
  symlinkSync("..data/fraud.yaml", path.join(root, "c/fraud.yaml"));
  expect(shown(root, ["c"])).toEqual(["c/fraud.yaml"]);
});

test("a link that leaves its folder is a fault, to a file as to a folder", () => {
  const root = writtenFolder({ "c/a.yaml": "", "other/b.yaml": "", "other/notes.txt": "" });
  symlinkSync("../other/b.yaml", path.join(root, "c/b.yaml"));
  symlinkSync("../other", path.join(root, "c/other"));
  symlinkSync("../other/notes.txt", path.join(root, "c/notes.txt"));
  symlinkSync("/etc", path.join(root, "c/etc"));
  expect(shown(root, ["c"])).toEqual(["c/a.yaml"]);
  expect(faults(root, ["c"])).toEqual(["link c/b.yaml", "link c/etc", "link c/other"]);
});

test("a link to nothing is a fault where it would be a definition", () => {
  const root = writtenFolder({});
  symlinkSync("nowhere", path.join(root, "a.yaml"));
  symlinkSync("nowhere", path.join(root, "notes.txt"));
  expect(faults(root)).toEqual(["link a.yaml"]);
});

test("a folder that is missing is a fault that names it and the setting", () => {
  const root = writtenFolder({});
  const [fault] = findFiles({ root, folders: ["conectors"], exclude: [] }).faults;
  expect(fault).toMatchObject({ severity: "error", code: "folder", at: null });
  expect(fault?.message).toContain("The folder conectors does not exist");
  expect(fault?.message).toContain("plumbline.yaml");
  expect(fault?.message).toContain(
    "write the live connectors there with `plumbline export conectors`",
  );
  const [file, ...others] = findFiles({ root, folders: ["none.yaml"], exclude: [] }).faults;
  expect(others).toEqual([]);
  expect(file).toMatchObject({ code: "file", at: null });
  expect(file?.message).not.toContain("export");
});

test("a folder called like a definition is searched, and is no file", () => {
  const root = writtenFolder({});
  mkdirSync(path.join(root, "pipe.yaml"));
  expect(findFiles({ root, folders: ["."], exclude: [] })).toEqual({ files: [], faults: [] });
});

test("what is no regular file is a fault, and is not opened", () => {
  const [fault] = findFiles({ root: "/", folders: ["/dev/null"], exclude: [] }).faults;
  expect(fault).toMatchObject({ code: "file", at: { file: "dev/null", line: 1, column: 1 } });
});

test.each([
  { inner: "/a/b", outer: "/a", want: true },
  { inner: "/a", outer: "/a", want: true },
  { inner: "/", outer: "/", want: true },
  { inner: "/a/..b", outer: "/a", want: true },
  { inner: "/ab", outer: "/a", want: false },
  { inner: "/", outer: "/a", want: false },
  { inner: "/b/a", outer: "/a", want: false },
])("$inner lies within $outer: $want", ({ inner, outer, want }) => {
  expect(liesWithin(inner, outer)).toBe(want);
});

test("a path is shown relative to the folder of plumbline.yaml", () => {
  expect(shownPath("/srv/app", "/srv/app/connectors/a.yaml")).toBe("connectors/a.yaml");
  expect(shownPath("/srv/app", "/srv/app")).toBe(".");
  expect(shownPath("/srv/app", "/srv/x.yaml")).toBe("../x.yaml");
});
