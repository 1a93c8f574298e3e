#!/usr/bin/env node
import { enableCompileCache } from "node:module";

// Compiled code is kept between starts; where nothing can be written, Node goes on without it.
enableCompileCache();
const { runCli } = await import("./cli/cli.ts");

process.exitCode = await runCli({
  args: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdout: process.stdout,
  stderr: process.stderr,
});
