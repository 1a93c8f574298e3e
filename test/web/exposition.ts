/**
 * The text format of Prometheus, read strictly
 * (https://prometheus.io/docs/instrumenting/exposition_formats/): whatever a line is not allowed to
 * be throws.
 */

export interface Sample {
  /** With the suffix of a histogram. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly help: string;
  readonly samples: readonly Sample[];
}

const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;
// As ParseFloat of Go has it, which reads NaN in letters of any case; prom-client writes Nan.
const NUMBER = /^(?:[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/i;
const SUFFIXES = { counter: [""], gauge: [""], histogram: ["_bucket", "_sum", "_count"] };

/** By name. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("The last line has no end.");
  const families = new Map<string, Family & { samples: Sample[] }>();
  const seen = new Set<string>();
  let current: (Family & { samples: Sample[] }) | null = null;
  let help: readonly [string, string] | null = null;
  for (const line of text.slice(0, -1).split("\n")) {
    if (line === "") continue;
    const [, comment, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (comment === "HELP") {
      help = [name, rest];
    } else if (comment === "TYPE") {
      if (help?.[0] !== name) throw new Error(`No help comes before ${line}`);
      if (families.has(name)) throw new Error(`A second time: ${line}`);
      if (!/^(counter|gauge|histogram|summary)$/.test(rest)) throw new Error(line);
      current = { name, type: rest as Family["type"], help: help[1], samples: [] };
      families.set(name, current);
    } else {
      const sample = readSample(line);
      if (current === null || !belongs(sample, current)) throw new Error(`Out of place: ${line}`);
      const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(identity)) throw new Error(`A second time: ${line}`);
      seen.add(identity);
      current.samples.push(sample);
    }
  }
  return families;
}

function belongs({ name }: Sample, family: Family): boolean {
  if (family.type === "summary") return name.startsWith(family.name);
  return SUFFIXES[family.type].some((suffix) => name === family.name + suffix);
}

function readSample(line: string): Sample {
  const [, name, labels = "", value = ""] = LINE.exec(line) ?? [];
  if (name === undefined || !NUMBER.test(value)) throw new Error(`No sample: ${line}`);
  return { name, labels: readLabels(labels), value: Number(value.replace("Inf", "Infinity")) };
}

function readLabels(text: string): Readonly<Record<string, string>> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const [whole, name, value] = LABEL.exec(rest) ?? [];
    if (whole === undefined || name === undefined || value === undefined) {
      throw new Error(`No labels: ${text}`);
    }
    if (Object.hasOwn(labels, name)) throw new Error(`${name} twice: ${text}`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}

/** The value of the one sample with exactly these labels; undefined when there is none. */
export function sampleValue(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = JSON.stringify(Object.entries(labels).sort());
  const found = [...families.values()]
    .flatMap(({ samples }) => samples)
    .find(
      (one) => one.name === name && JSON.stringify(Object.entries(one.labels).sort()) === wanted,
    );
  return found?.value;
}
