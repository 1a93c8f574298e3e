import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Fault, FaultError } from "../../src/model/fault.ts";
import { Secret, type SecretSource, type SecretUse } from "../../src/model/secret.ts";
import { openSecrets } from "../../src/secrets/secrets.ts";

const at = { file: "connectors/fraud-check.yaml", line: 12, column: 19 };
const key = new Secret("a key of more than sixteen characters");
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-secrets-"));
  folders.push(folder);
  return folder;
}

function useOf(source: SecretSource): SecretUse {
  return { path: "spec.authentication.basic.password", source, at };
}

/** As loading leaves it; `real` is where the path led then. */
function inFile(path: string, real: string | null = realNow(path)): SecretUse {
  return useOf({ type: "file", path, written: "secrets/fraud.txt", real });
}

async function resolved(use: SecretUse, env: Record<string, string> = {}): Promise<string> {
  return (await openSecrets({ env, fingerprint: { key } }).resolve(use)).reveal();
}

async function faultOf(use: SecretUse, env: Record<string, string> = {}): Promise<Fault> {
  const thrown = await resolved(use, env).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(thrown).toBeInstanceOf(FaultError);
  const { fault } = thrown as FaultError;
  expect(fault).toMatchObject({ severity: "error", code: "secret-source", at });
  return fault;
}

async function fileOf(content: string | Uint8Array): Promise<SecretUse> {
  const folder = await emptyFolder();
  await writeFile(join(folder, "fraud.txt"), content);
  return inFile(join(folder, "fraud.txt"));
}

test("a variable of the environment gives its value as it is", async () => {
  const use = useOf({ type: "env", name: "FRAUD_CHECK_PASSWORD" });
  expect(await resolved(use, { FRAUD_CHECK_PASSWORD: " with spaces \n" })).toBe(" with spaces \n");
});

test.for([
  { name: "FRAUD_CHECK_PASSWORD", env: {}, want: "env FRAUD_CHECK_PASSWORD is not set" },
  { name: "EMPTY", env: { EMPTY: "" }, want: "env EMPTY is empty" },
  { name: "constructor", env: {}, want: "env constructor is not set" },
  { name: "MASKED", env: { MASKED: "******" }, want: "env MASKED holds the mask" },
])("$want is a fault at the place that names it", async ({ name, env, want }) => {
  expect((await faultOf(useOf({ type: "env", name }), { ...env })).message).toContain(want);
});

test("a parameter that stands in targetUrl is its own value", async () => {
  expect(await resolved(useOf({ type: "literal", value: new Secret("v2") }))).toBe("v2");
});

test.for([
  { what: "without a newline", content: "s3cret", want: "s3cret" },
  { what: "with LF at its end", content: "s3cret\n", want: "s3cret" },
  { what: "with CRLF at its end", content: "s3cret\r\n", want: "s3cret" },
  { what: "with two newlines", content: "s3cret\n\n", want: "s3cret\n" },
  { what: "with spaces around", content: " s3cret \n", want: " s3cret " },
  { what: "of several lines", content: "a\nb\n", want: "a\nb" },
  { what: "with a byte order mark", content: "\uFEFFs3cret", want: "s3cret" },
  { what: "of exactly 64 KiB", content: "x".repeat(65_536), want: "x".repeat(65_536) },
])("a file $what loses one newline at most", async ({ content, want }) => {
  expect(await resolved(await fileOf(content))).toBe(want);
});

test.for([
  { what: "an empty file", content: "", want: "is empty" },
  { what: "a file of one newline", content: "\r\n", want: "is empty" },
  { what: "a file over 64 KiB", content: "x".repeat(65_537), want: "larger than 64 KiB" },
  { what: "a file that is not UTF-8", content: Buffer.from([0x73, 0xff]), want: "UTF-8" },
  { what: "a file in UTF-16", content: Buffer.from("\uFEFFs3cret", "utf16le"), want: "UTF-8" },
  { what: "a file with the mask", content: "******\n", want: "holds the mask" },
])("$what is a fault that names the file as it was written", async ({ content, want }) => {
  const { message } = await faultOf(await fileOf(content));
  expect(message).toContain("file secrets/fraud.txt ");
  expect(message).toContain(want);
});

test.for([
  { content: "s3cret\n", want: "s3cret\n" },
  { content: "s3cret\r\n", want: "s3cret\r\n" },
  { content: "s3cret", want: "s3cret" },
  { content: "\n", want: "\n" },
])("a newline that is to be kept is kept: $content", async ({ content, want }) => {
  const { source, ...use } = await fileOf(content);
  const keeping =
    source.type === "file" ? { ...source, keepTrailingNewline: true as const } : source;
  expect(await resolved({ ...use, source: keeping })).toBe(want);
});

test("a PFX is base64 in one spelling, wherever it is kept", async () => {
  const bytes = Buffer.from([0x30, 0x82, 0x01, 0xff, 0x00, 0x0a]);
  const want = bytes.toString("base64");
  for (const use of [await fileOf(bytes), await fileOf(`${want}\n`)]) {
    expect(await resolved({ ...use, binary: true })).toBe(want);
  }
  const inEnv = { ...useOf({ type: "env", name: "FRAUD_PFX" }), binary: true as const };
  expect(await resolved(inEnv, { FRAUD_PFX: `${want.slice(0, 4)}\n${want.slice(4)}` })).toBe(want);
});

test("what is no PFX is a fault that names its place and not what it holds", async () => {
  const use = { ...(await fileOf("hunter2-hunter2")), binary: true as const };
  const { message } = await faultOf(use);
  expect(message).toContain("file secrets/fraud.txt is neither a PFX file nor its base64 text");
  expect(message).not.toContain("hunter2");
  const pem = { ...useOf({ type: "env", name: "FRAUD_PEM" }), binary: true as const };
  const env = { FRAUD_PEM: "-----BEGIN CERTIFICATE-----" };
  expect((await faultOf(pem, env)).message).toContain("env FRAUD_PEM holds PEM");
});

test("a file is read anew each time", async () => {
  const use = await fileOf("before");
  const secrets = openSecrets({ env: {}, fingerprint: { key } });
  expect((await secrets.resolve(use)).reveal()).toBe("before");
  if (use.source.type === "file") await writeFile(use.source.path, "after");
  expect((await secrets.resolve(use)).reveal()).toBe("after");
});

test("a missing file is a fault that says so", async () => {
  const folder = await emptyFolder();
  const { message } = await faultOf(inFile(join(folder, "nothing.txt")));
  expect(message).toContain("file secrets/fraud.txt does not exist");
});

test("a folder in the place of a file is a fault that says so", async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, "fraud.txt"));
  const { message } = await faultOf(inFile(join(folder, "fraud.txt")));
  expect(message).toContain("is a folder");
});

test("a pipe that nobody writes to does not hold up the run", async () => {
  const folder = await emptyFolder();
  execFileSync("mkfifo", [join(folder, "fraud.txt")]);
  const { message } = await faultOf(inFile(join(folder, "fraud.txt")));
  expect(message).toContain("is no regular file");
});

test("a device is no secret, even where its folder is allowed", async () => {
  const { message } = await faultOf(inFile("/dev/zero"));
  expect(message).toContain("is no regular file");
});

test.for([
  { what: "to another file", to: "other.txt" },
  { what: "out of its folder", to: "../client.txt" },
])("a link that is turned $what after loading is refused, and nothing told", async ({ to }) => {
  const above = await emptyFolder();
  const folder = join(above, "connectors");
  await mkdir(folder);
  await writeFile(join(folder, "fraud.txt"), "allowed");
  await writeFile(join(folder, to), "of-another");
  await symlink("fraud.txt", join(folder, "link"));
  const use = inFile(join(folder, "link"));
  expect(await resolved(use)).toBe("allowed");
  await symlink(to, join(folder, "new-link"));
  await rename(join(folder, "new-link"), join(folder, "link"));
  const { message } = await faultOf(use);
  expect(message).toContain("file secrets/fraud.txt leads to another file");
  expect(message).not.toContain("of-another");
  expect(message).not.toContain(folder);
});

test("a secret of the service itself is read wherever its link leads by now", async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, "old"), "old");
  await writeFile(join(folder, "new"), "new");
  await symlink("old", join(folder, "link"));
  const use = inFile(join(folder, "link"), null);
  await symlink("new", join(folder, "new-link"));
  await rename(join(folder, "new-link"), join(folder, "link"));
  expect(await resolved(use)).toBe("new");
});

test("a secret mounted through links is read", async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, "..2026_09_01"));
  await writeFile(join(folder, "..2026_09_01", "password"), "mounted\n");
  await symlink("..2026_09_01", join(folder, "..data"));
  await symlink(join("..data", "password"), join(folder, "password"));
  const another = await emptyFolder();
  await symlink(folder, join(another, "run"));
  expect(await resolved(inFile(join(another, "run", "password")))).toBe("mounted");
});

function realNow(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}
