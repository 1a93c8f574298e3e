import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most files wait for processes of their own more than they compute.
    maxWorkers: "100%",
    // No test changes what its module or its process shares, so files need no process of their own;
    // to compile the schemas anew for each of them takes a quarter of the time.
    isolate: false,
    // The reporter of vitest and a file from which .ci/run reads the totals.
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: ".plumbline/test-results.json" }]]
      : ["default"],
  },
});
