import { expect, test } from "vitest";
import { withLine } from "../../src/cli/progress.ts";

function stream(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, write: (text: string) => written.push(text) > 0 };
}

test("work that keeps the process from anything else has its line before it, and none after", async () => {
  const stderr = stream(true);
  let seen = "";
  const result = await withLine(
    { stderr },
    () => "Checking production",
    async (show) => {
      show();
      seen = stderr.written.join("");
      return 7;
    },
    { isPatient: false },
  );
  expect(result).toBe(7);
  expect(seen).toContain("Checking production");
  expect(stderr.written.at(-1)).toBe("\r\u001b[2K");
});

test("a line that was shown is cleared when the work fails", async () => {
  const stderr = stream(true);
  const failing = async () => {
    throw new Error("no");
  };
  await expect(withLine({ stderr }, () => "Reading", failing)).rejects.toThrow("no");
  expect(stderr.written).toEqual(["\r\u001b[2K"]);
});

test("whoever reads no terminal sees no line", async () => {
  const stderr = stream(false);
  const work = async (show: () => void) => show();
  await withLine({ stderr }, () => "Reading", work, { isPatient: false });
  expect(stderr.written).toEqual([]);
});
