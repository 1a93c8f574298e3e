#!/usr/bin/env node
import module from "node:module";

const major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(`Plumbline needs Node 24 or newer; this is ${process.version}.\n`);
  process.exit(1);
}

// Compiled code is kept between starts; where nothing can be written, Node goes on without it.
module.enableCompileCache();
const { runCli } = await import("./cli/cli.ts");

// Whoever writes is told of a failed write too; an error without a listener would end the process.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

const status = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
});

// A connection that hangs must not keep the process alive; what was written leaves it first.
const written = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => stream.write("", () => resolve()));
await Promise.all([process.stdout, process.stderr].map(written));
process.exit(status);
