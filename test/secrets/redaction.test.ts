import fc from "fast-check";
import { expect, test } from "vitest";
import { Secret } from "../../src/model/secret.ts";
import { createRedactor, createRedactors } from "../../src/secrets/secrets.ts";

function redactorOf(...values: readonly string[]) {
  const redactor = createRedactor();
  for (const value of values) redactor.add(new Secret(value));
  return redactor;
}

const value = `p@ss/w&rd+"é <1>'x`;

const forms = [
  { form: "as it is", text: value },
  { form: "in a URL", text: encodeURIComponent(value) },
  { form: "in a URL, escapes in lower case", text: lowerEscapes(encodeURIComponent(value)) },
  { form: "in a URL that keeps what it may", text: encodeURI(value) },
  { form: "in a form", text: new URLSearchParams({ v: value }).toString().slice(2) },
  { form: "in the query of a URL", text: queryOf(`https://a.example/?v=${value}`) },
  { form: "in JSON", text: JSON.stringify(value).slice(1, -1) },
  { form: "in JSON in JSON", text: JSON.stringify(JSON.stringify(value)).slice(3, -3) },
  { form: "in JSON with escaped slashes", text: `p@ss\\/w&rd+\\"é <1>'x` },
  {
    form: "in JSON as .NET writes it",
    text: "p@ss/w\\u0026rd\\u002B\\u0022\\u00E9 \\u003C1\\u003E\\u0027x",
  },
  { form: "in JSON of ASCII in lower case", text: `p@ss/w&rd+\\"\\u00e9 <1>'x` },
  { form: "in HTML", text: "p@ss/w&amp;rd+&quot;é &lt;1&gt;&#39;x" },
  { form: "in base64", text: Buffer.from(value).toString("base64") },
  {
    form: "in base64 without padding",
    text: Buffer.from(value).toString("base64").replace(/=+$/, ""),
  },
  {
    form: "in base64 of JSON",
    text: Buffer.from(JSON.stringify(value).slice(1, -1)).toString("base64"),
  },
  { form: "in JSON in a URL", text: encodeURIComponent(JSON.stringify(value).slice(1, -1)) },
  { form: "in base64url", text: Buffer.from(value).toString("base64url") },
];

function lowerEscapes(text: string): string {
  return text.replace(/%../g, (sequence) => sequence.toLowerCase());
}

function queryOf(url: string): string {
  return new URL(url).search.slice("?v=".length);
}

test.for(forms)("a value $form is taken out", ({ text }) => {
  expect(redactorOf(value).redact(`before ${text} after`)).toBe("before [redacted] after");
});

test("a password is taken out of the header of basic authentication, whatever the user is called", () => {
  const password = "correct horse battery";
  const redactor = redactorOf(password);
  for (const user of ["a", "ab", "abc", "abcd"]) {
    const header = Buffer.from(`${user}:${password}`).toString("base64");
    const got = redactor.redact(`Authorization: Basic ${header}`);
    expect(got).toContain("[redacted]");
    // At most a character at each end depends on what stands beside the password.
    const left = got.replace(/^Authorization: Basic /, "").split("[redacted]");
    expect(left[0]!.length).toBeLessThanOrEqual(Math.ceil(((user.length + 1) * 8) / 6));
    expect(left[1]!.length).toBeLessThanOrEqual(4);
  }
});

test("an escape in lower case is known whatever stands before the value", () => {
  expect(redactorOf("aa/aaaa").redact("%aa%2faaaa")).toBe("%[redacted]");
});

test("values that overlap are taken out as one piece", () => {
  const redactor = redactorOf("abcdef", "defghi", "cdef");
  expect(redactor.redact("<abcdefghi>")).toBe("<[redacted]>");
  expect(redactorOf("abab").redact("<ababab>")).toBe("<[redacted]>");
});

test("the longer of two values is taken out whole, whichever was added first", () => {
  expect(redactorOf("pass", "password-1").redact("password-1")).toBe("[redacted]");
  expect(redactorOf("password-1", "pass").redact("password-1")).toBe("[redacted]");
});

test("every occurrence is taken out", () => {
  expect(redactorOf("s3cret").redact("s3cret, s3cret; s3crets")).toBe(
    "[redacted], [redacted]; [redacted]s",
  );
});

test("values shorter than four characters stay", () => {
  expect(redactorOf("abc", "").redact("abc")).toBe("abc");
  expect(redactorOf("abcd").redact("abcd")).toBe("[redacted]");
});

test("a value that is added between two texts is taken out of the second", () => {
  const redactor = redactorOf("first-value");
  expect(redactor.redact("second-value")).toBe("second-value");
  redactor.add(new Secret("second-value"));
  redactor.add(new Secret("second-value"));
  expect(redactor.redact("first-value second-value")).toBe("[redacted] [redacted]");
});

test("a tenant's redactor knows its own secrets and the service's, and no other tenant's", () => {
  const redactors = createRedactors();
  redactors.of("a").add(new Secret("secret-of-a"));
  redactors.of("b").add(new Secret("secret-of-b"));
  redactors.service.add(new Secret("of-the-service"));
  const text = "secret-of-a secret-of-b of-the-service";
  expect(redactors.of("a").redact(text)).toBe("[redacted] secret-of-b [redacted]");
  expect(redactors.service.redact(text)).toBe("secret-of-a secret-of-b [redacted]");
  expect(redactors.redactAll(text)).toBe("[redacted] [redacted] [redacted]");
});

test("of very many values the oldest is forgotten, unless it was added again", () => {
  const redactor = redactorOf("the-oldest-one", "a-value-in-use");
  for (let count = 0; count < 10_000; count += 1) {
    if (count === 5_000) redactor.add(new Secret("a-value-in-use"));
    redactor.add(new Secret(`value-${count}-of-many`));
  }
  const text = "the-oldest-one a-value-in-use value-9999-of-many";
  expect(redactor.redact(text)).toBe("the-oldest-one [redacted] [redacted]");
});

test("a value that a replacement and its neighbours spell is taken out as well", () => {
  expect(redactorOf("s3cret", "d]abc").redact("s3cretabc!")).toBe("[redacted]!");
});

test("a value that is part of the replacement does not grow it", () => {
  const redactor = redactorOf("redacted", "s3cret");
  expect(redactor.redact("s3cret redacted")).toBe("[redacted] [redacted]");
});

const secretValue = fc.oneof(
  fc.string({ minLength: 4, maxLength: 24 }),
  fc.string({ unit: "grapheme", minLength: 4, maxLength: 12 }),
  fc.string({ unit: fc.constantFrom("a", "b", "%", "/", "2", "f", "\\", '"'), minLength: 4 }),
);

/** Written here once more, so that the forms are not checked against themselves. */
function written(text: string, how: number): string {
  const wellFormed = text.toWellFormed();
  switch (how) {
    case 0:
      return encodeURIComponent(wellFormed);
    case 1:
      return lowerEscapes(encodeURIComponent(wellFormed));
    case 2:
      return JSON.stringify(wellFormed).slice(1, -1);
    case 3:
      return Buffer.from(wellFormed).toString("base64");
    case 4:
      return Buffer.from(wellFormed).toString("base64url");
    case 5:
      return new URLSearchParams({ v: wellFormed }).toString().slice(2);
    default:
      return text;
  }
}

const piece = fc.oneof(
  fc.record({ secret: fc.nat(3), how: fc.nat(6) }),
  fc.string({ maxLength: 8 }),
);

function compose(
  values: readonly string[],
  pieces: readonly (string | { readonly secret: number; readonly how: number })[],
): string {
  return pieces
    .map((one) =>
      typeof one === "string" ? one : written(values[one.secret % values.length]!, one.how),
    )
    .join("");
}

test("no form of a value is left, and redacting again changes nothing", () => {
  fc.assert(
    fc.property(
      fc.array(secretValue, { minLength: 1, maxLength: 4 }),
      fc.array(piece, { maxLength: 8 }),
      (values, pieces) => {
        const redactor = redactorOf(...values);
        const got = redactor.redact(compose(values, pieces));
        for (const one of values) {
          for (let how = 0; how <= 6; how += 1) {
            const form = written(one, how);
            for (const rest of got.split("[redacted]")) expect(rest.includes(form)).toBe(false);
          }
        }
        expect(redactor.redact(got)).toBe(got);
      },
    ),
    { numRuns: 300 },
  );
});

test("a text without a secret is unchanged", () => {
  const letters = fc.string({ unit: fc.constantFrom("x", "y", "z", " ", "%", "\\", "[", "]") });
  const redactor = redactorOf("correct horse", "battery-staple");
  fc.assert(
    fc.property(letters, (text) => {
      expect(redactor.redact(text)).toBe(text);
    }),
  );
});
