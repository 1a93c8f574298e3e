#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Compiled code is kept between starts; where nothing can be written, Node goes on without it.
enableCompileCache();
const { runCli } = await import("./cli/cli.ts");

// Whoever writes is told of a failed write too; an error without a listener would end the process.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
});
