/** What git and Graph may hold at worst, and reports that hold it everywhere. */
import fc from "fast-check";
import type { Report } from "../../src/report/report.ts";
import { unmanagedEnding } from "./certificates.ts";
import {
  attributedPlan,
  certificatesPlan,
  certificatesRun,
  mixedPlan,
  partialRun,
  planOf,
  samples,
  usesPlan,
  usesRun,
} from "./samples.ts";

export const hostileTexts = [
  { name: "an escape sequence", text: "\u001b[2J\u001b[31mgone\u001b]0;title\u0007" },
  { name: "a C1 control", text: "\u009b31mred\u0085next" },
  { name: "newlines", text: "Fraud check\nproduction: clean: 9 unchanged\r\n\u2028\u2029x" },
  { name: "a right-to-left override", text: "abc\u202efdp.exe\u2066\u200b\ufeff" },
  { name: "a lone surrogate", text: "a\ud800b" },
  { name: "markup", text: `</script></style><img src=x onerror=alert(1)>"'&lt;<!--` },
  { name: "a closed fold", text: "</summary></details><h1>All is well</h1>" },
  { name: "backticks", text: "`` ``` ```` `a` \n```\n# Heading" },
  { name: "table pipes", text: "a | b |\\| --- |" },
  { name: "links", text: "[click](https://evil.example) ![x](https://evil.example/x.png)" },
  { name: "bare links", text: "https://evil.example/x www.evil.example a@evil.example" },
  { name: "mentions", text: "@octocat @org/team #1 GH-1 org/repo#2" },
  { name: "headings and lists", text: "# a\n\n- b\n1. c\n> d\n***\n" },
  { name: "emphasis", text: "**bold** _it_ ~~gone~~ $x$ [^1] :tada:" },
  { name: "a reference definition", text: "[a]: https://evil.example" },
  { name: "nothing", text: "" },
  { name: "spaces", text: "   \t  " },
  { name: "ten thousand characters", text: "x".repeat(10_000) },
] as const;

export const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...hostileTexts.slice(0, -1).map(({ text }) => text)),
        fc.constantFrom(
          "`",
          "\\",
          "|",
          "<",
          ">",
          "*",
          "_",
          "[",
          "]",
          "(",
          ")",
          "!",
          "#",
          " ",
          "\n",
        ),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);

/** Values of these are chosen by Plumbline itself. */
const ours = new Set([
  "type",
  "op",
  "kind",
  "result",
  "severity",
  "trigger",
  "mode",
  "tenant",
  "state",
  "becomes",
  "step",
]);

/** The same report with this text wherever a value comes from outside. */
export function fill(report: Report, text: string): Report {
  return filled(report, text, "", "") as Report;
}

function filled(value: unknown, text: string, key: string, parent: string): unknown {
  if (typeof value === "string") {
    const isOurs =
      ours.has(key) ||
      (key === "code" && parent === "reason") ||
      (key === "warning" && value === "expired");
    return isOurs ? value : text;
  }
  if (Array.isArray(value)) return value.map((item) => filled(item, text, key, parent));
  if (value === null || typeof value !== "object" || value instanceof Map) return value;
  return Object.fromEntries(
    Object.entries(value).map(([inner, item]) => [inner, filled(item, text, inner, key)]),
  );
}

/** Its names come from Graph alone, and one has none. */
const withoutNames = planOf({
  unmanaged: certificatesPlan.unmanaged,
  certificates: [unmanagedEnding, { ...unmanagedEnding, displayName: null }],
});

/** One of each type that shows every list. */
export const fullReports: readonly { readonly name: string; readonly report: Report }[] = [
  { name: "a plan", report: { type: "plans", plans: [mixedPlan] } },
  { name: "a run", report: { type: "runs", runs: [{ ...partialRun, plan: mixedPlan }] } },
  {
    name: "a plan with certificates",
    report: { type: "plans", plans: [certificatesPlan, withoutNames] },
  },
  { name: "a run with certificates", report: { type: "runs", runs: [certificatesRun] } },
  { name: "a plan with user flows", report: { type: "plans", plans: [usesPlan] } },
  { name: "a run with user flows", report: { type: "runs", runs: [usesRun] } },
  { name: "a plan of changes by others", report: { type: "plans", plans: [attributedPlan] } },
  { name: "faults", report: samples["faults"]! },
];
