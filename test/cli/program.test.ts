import { expect, test } from "vitest";
import { openService } from "./program.ts";

const everywhere = ["--config", "--tenant", "--verbose"];
const verbs = [
  { verb: "validate", flags: [...everywhere, "--output", "paths"] },
  { verb: "plan", flags: [...everywhere, "--output", "--drift-exit"] },
  { verb: "apply", flags: [...everywhere, "--output", "--plan"] },
  { verb: "suspend", flags: [...everywhere, "--until", "--reason"] },
  { verb: "resume", flags: everywhere },
  { verb: "history", flags: [...everywhere, "--output", "--limit"] },
  { verb: "restore", flags: [...everywhere, "--output", "--preview", "--until", "--lift"] },
  { verb: "audit", flags: [...everywhere, "--output", "--verify", "--head"] },
  { verb: "serve", flags: everywhere },
  { verb: "export", flags: [...everywhere, "directory"] },
  { verb: "sandbox", flags: ["--port", "--seed", "--state", "--tls"] },
];

test.concurrent.each(verbs)(
  "the help of $verb names every flag and the exit statuses",
  async ({ verb, flags }) => {
    await using service = openService();
    const { status, stdout, stderr } = await service.run([verb, "--help"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    for (const flag of flags) expect(stdout).toContain(flag);
    expect(stdout).toContain("Exit status");
    expect(stdout).not.toContain("[]");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  },
);

const unusable = [
  { args: [], says: "Usage: plumbline" },
  { args: ["plam"], says: "Did you mean plan?" },
  { args: ["plan", "--tenannt", "x"], says: "Did you mean --tenant?" },
  { args: ["plan", "extra"], says: "too many arguments" },
  { args: ["plan", "--output", "yaml"], says: "text, json, markdown, html" },
  { args: ["plan", "--output", "json", "--output", "text"], says: "Only one report" },
  { args: ["plan", "--output", "json="], says: "Name a file" },
  { args: ["plan", "--output="], says: "No format is named" },
  { args: ["plan", "--drift-exit", "300"], says: "0 to 255" },
  { args: ["apply", "--plan", "abc"], says: "sha256:" },
  { args: ["apply", "--lift", "deletes"], says: "--lift needs --plan" },
  { args: ["apply", "--lift", "writes"], says: "Allowed choices are deletes" },
  {
    args: ["apply", "--lift", "deletes", "--plan", `sha256:${"0".repeat(64)}`],
    says: "--lift needs --reason",
  },
  { args: ["apply", "--reason", "because"], says: "--reason belongs to --lift" },
  { args: ["doctor", "--tenant", "x"], says: "doctor is not yet supported" },
  { args: ["notify"], says: "notify needs --test" },
  { args: ["sandbox", "--port", "99999"], says: "0 to 65535" },
];

test.concurrent.each(unusable)(
  "the command line $args is refused with 1 and a hint",
  async ({ args, says }) => {
    await using service = openService();
    const { status, stdout, stderr } = await service.run(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain(says);
  },
);
