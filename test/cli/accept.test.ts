/** Letting a live value stay for a while, at the command line. */
import { expect, test } from "vitest";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { definition, openService, practice, type Service } from "./program.ts";

const elsewhere = "https://elsewhere.example/";
const words = (text: string) => text.replaceAll(/\s+/g, " ");
const field = ["--field", "spec.targetUrl"];
const why = ["--until", "7d", "--reason", "they move first"];

/** One managed connector that somebody has changed. */
async function drifted(service: Service): Promise<Sandbox> {
  service.env["CONNECTOR_PASSWORD"] = "open sesame";
  const tenant = await service.tenant();
  service.configure({ tenants: [practice(tenant)] });
  service.write("connectors/a.yaml", definition("a"));
  expect((await service.run(["apply"])).status).toBe(0);
  tenant.control.changeConnector("a", { targetUrl: elsewhere });
  return tenant;
}

test("an accepted value is told by the plan and left alone by apply, until it is revoked", async () => {
  await using service = openService();
  const tenant = await drifted(service);
  expect((await service.run(["plan"])).status).toBe(2);
  const accepted = await service.run(["accept", "a", ...field, ...why]);
  expect([accepted.status, words(accepted.stdout)]).toEqual([
    0,
    expect.stringContaining("To end it sooner: plumbline accept a --field spec.targetUrl --revoke"),
  ]);
  const plan = await service.run(["plan"]);
  expect([plan.status, words(plan.stdout)]).toEqual([
    0,
    expect.stringContaining("Accepted: a spec.targetUrl"),
  ]);
  expect((await service.run(["apply"])).status).toBe(0);
  expect(tenant.control.state().connectors?.[0]?.targetUrl).toBe(elsewhere);
  expect((await service.run(["accept", "a", ...field, "--revoke"])).status).toBe(0);
  expect((await service.run(["plan"])).status).toBe(2);
});

test("without a reason and a time nothing is accepted", async () => {
  await using service = openService();
  await drifted(service);
  const { status, stderr } = await service.run(["accept", "a", ...field]);
  expect([status, words(stderr)]).toEqual([
    1,
    expect.stringContaining("needs --until and --reason"),
  ]);
});

test.for([
  [["--until", "7d"], "takes no --until. Leave it out"],
  [
    ["--plan", `sha256:${"0".repeat(64)}`, "--reason", "x"],
    "takes no --plan and --reason. Leave them out",
  ],
] as const)("an acceptance is not revoked with %s", async ([more, says]) => {
  await using service = openService();
  const asked = ["accept", "a", ...field, "--revoke", ...more];
  const { status, stderr } = await service.run(asked);
  expect([status, words(stderr)]).toEqual([1, expect.stringContaining(says)]);
});

test("what does not differ is refused, with what does", async () => {
  await using service = openService();
  await drifted(service);
  const { status, stderr } = await service.run([
    "accept",
    "a",
    "--field",
    "spec.displayName",
    ...why,
  ]);
  expect([status, words(stderr)]).toEqual([
    4,
    expect.stringContaining("It differs in spec.targetUrl."),
  ]);
});

test("the value of the plan that was looked at is accepted, and refused once another one is live", async () => {
  await using service = openService();
  const tenant = await drifted(service);
  const { stdout } = await service.run(["plan", "--output", "json"]);
  const digest = JSON.parse(stdout).plans[0].digest;
  const seen = ["accept", "a", ...field, "--plan", digest, ...why];
  tenant.control.changeConnector("a", { targetUrl: "https://third.example/" });
  const { status, stderr } = await service.run(seen);
  expect([status, words(stderr)]).toEqual([4, expect.stringContaining("nothing is accepted")]);
  tenant.control.changeConnector("a", { targetUrl: elsewhere });
  const accepted = await service.run(seen);
  expect([accepted.status, words(accepted.stdout)]).toEqual([
    0,
    expect.stringContaining(elsewhere),
  ]);
});
