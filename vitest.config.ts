import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Most files wait for processes of their own more than they compute.
    maxWorkers: "100%",
    // The reporter of vitest and a file from which .ci/run reads the totals.
    reporters: process.env["CI"]
      ? ["default", ["json", { outputFile: ".plumbline/test-results.json" }]]
      : ["default"],
  },
});
