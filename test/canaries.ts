/** Secrets that are seeded to be sought afterwards, and the forms in which one would be heard. */
import { createPrivateKey } from "node:crypto";

export interface Canary {
  readonly name: string;
  readonly value: string;
  /** What gives it away. Letters and digits, so that only base64 and its like write them otherwise. */
  readonly cores: readonly (string | Buffer)[];
}

/** Around its core stands what each encoding writes in another way. */
export function canary(name: string): Canary {
  const { value: core, cores } = bareCanary(name);
  return { name, value: `é/"+${core}%&<`, cores };
}

/** For places that take letters alone. */
export function bareCanary(name: string): Canary {
  const core = `Canary${name}Sings`;
  return { name, value: core, cores: [core] };
}

/** A value that was made elsewhere. */
export function foundCanary(name: string, value: string): Canary {
  return { name, value, cores: [value] };
}

/** A binary value; `value` is its base64. Any larger part of it is heard. */
export function binaryCanary(name: string, bytes: Buffer): Canary {
  const value = bytes.toString("base64");
  const cores = [...parts(value.length, 40).map(([from, to]) => value.slice(from, to))];
  const raw = parts(bytes.length, 30).map(([from, to]) => bytes.subarray(from, to));
  return { name, value, cores: [...cores, ...raw] };
}

/** The text of a private key: its lines, what they hold, and the key that a passphrase protects. */
export function keyCanary(name: string, pem: string, passphrase?: string): Canary {
  const key = createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) });
  const der = key.export({ type: "pkcs8", format: "der" });
  const lines = pem.split("\n").filter((line) => line.length >= 40 && !line.includes("-----"));
  const shown = parts(lines.length, 1).flatMap(([from]) => lines[from] ?? []);
  return { name, value: pem, cores: [...shown, ...binaryCanary(name, der).cores] };
}

/** The beginning, the end and some places between. */
function parts(length: number, size: number): readonly (readonly [number, number])[] {
  const last = Math.max(0, length - size);
  return [0, 0.3, 0.6, 1].map((share) => {
    const from = Math.floor(last * share);
    return [from, from + size] as const;
  });
}

/** Every spelling in which one would write a secret of a request or an answer. */
export function spellings(value: string): readonly string[] {
  const base64 = ["", "x", "xx"].map((before) => Buffer.from(before + value).toString("base64"));
  return [
    value,
    ...base64,
    Buffer.from(value).toString("base64url"),
    encodeURIComponent(value),
    new URLSearchParams({ v: value }).toString().slice(2),
    JSON.stringify(value).slice(1, -1),
  ];
}

/** What is written of a core, whatever stands beside it. */
function sought(core: string | Buffer): readonly (string | Buffer)[] {
  const bytes = Buffer.from(core);
  const base64 = [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, "x"), bytes]).toString("base64");
    return encoded.slice(4, Math.floor(encoded.length / 4) * 4 - 4);
  });
  const texts = [...(typeof core === "string" ? [core] : []), ...base64].flatMap((text) => [
    text,
    encodeURIComponent(text),
    text.replaceAll("/", "\\/"),
    text.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
  const hex = bytes.toString("hex");
  // As JSON and `inspect` write a Buffer.
  return [...new Set([...texts, hex, hex.replace(/..(?=.)/g, "$& "), bytes.join(",")]), bytes];
}

/** Where something was said or written, and what. */
export type Place = readonly [string, Buffer | string];

/** Each canary that is heard, with its place. */
export function heard(places: readonly Place[], canaries: readonly Canary[]): readonly string[] {
  const contents = places.map(([place, content]) => [place, Buffer.from(content)] as const);
  const all = Buffer.concat(contents.map(([, content]) => content));
  return canaries.flatMap(({ name, cores }) =>
    cores
      .flatMap(sought)
      .filter((text) => all.includes(text))
      .flatMap((text) =>
        contents.flatMap(([place, content]) => {
          const at = content.indexOf(text);
          if (at === -1) return [];
          const around = content.subarray(Math.max(0, at - 500), at + 500).toString("latin1");
          return [`${name} (${Buffer.from(text).toString("latin1")}) in ${place}:\n${around}`];
        }),
      ),
  );
}
