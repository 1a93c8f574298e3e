import { expect, test } from "vitest";
import { replaceVariables } from "../../src/definitions/variables.ts";
import { connector, connectorsIn, loadText, messages, places } from "./written-folder.ts";

const variables = { apiHost: "api.contoso.com", nested: "${apiHost}", empty: "" };

test.each([
  { text: "plain", want: "plain" },
  { text: "https://${apiHost}/", want: "https://api.contoso.com/" },
  { text: "${apiHost}${apiHost}", want: "api.contoso.comapi.contoso.com" },
  { text: "${nested}", want: "${apiHost}" },
  { text: "a${empty}b", want: "ab" },
  { text: "$${apiHost}", want: "${apiHost}" },
  { text: "$$${apiHost}", want: "$${apiHost}" },
  { text: "costs $5 {net}", want: "costs $5 {net}" },
  { text: "$& $1 $$", want: "$& $1 $$" },
])("$text becomes $want", ({ text, want }) => {
  expect(replaceVariables(text, variables)).toEqual({ text: want, problems: [] });
});

test.each([
  { text: "${apihost}", want: "Did you mean ${apiHost}?" },
  { text: "${other}", want: "Its variables are apiHost, empty, nested." },
  { text: "${constructor}", want: "not defined" },
  { text: "${__proto__}", want: "not defined" },
  { text: "${}", want: "A variable is written ${name}" },
  { text: "${a-b}", want: "A variable is written ${name}" },
  { text: "${ apiHost }", want: "A variable is written ${name}" },
  { text: "${apiHost", want: "A variable is written ${name}" },
])("$text is refused", ({ text, want }) => {
  const { text: got, problems } = replaceVariables(text, variables);
  expect(got).toBeNull();
  expect(problems).toEqual([expect.stringContaining(want)]);
});

test("every undefined variable of a definition is told, at the text that uses it", () => {
  const loaded = loadText(
    connector({ displayName: "${a} ${b}", targetUrl: "https://${c}/", username: "${d}" }),
  );
  expect(places(loaded)).toEqual([
    "error variable 6:16",
    "error variable 6:16",
    "error variable 7:14",
    "error variable 10:17",
  ]);
  expect(messages(loaded)).toContain("Its variables are apiHost, team.");
});

test("a variable is text: it cannot bring structure or a second definition", () => {
  const loaded = loadText(connector({ displayName: "${apiHost}" }), {
    variables: { apiHost: "x: { y: 1 }" },
  });
  expect(connectorsIn(loaded)[0]?.displayName).toBe("x: { y: 1 }");
});

test("names of query parameters and metadata are not replaced", () => {
  const loaded = loadText(connector({ query: '{ "${team}": { env: A } }' }));
  expect(connectorsIn(loaded)[0]?.query[0]?.key).toBe("${team}");
  expect(places(loadText(connector({ name: "${team}" })))).toEqual(["error schema 4:9"]);
});

test.each([
  { name: "empty", value: "", severity: "error" },
  { name: "257 characters", value: "😀".repeat(257), severity: "error" },
  { name: "a line end", value: "a\nb", severity: "error" },
  { name: "an escape sequence", value: "a\u001b[31m", severity: "error" },
  { name: "a change of direction", value: "a\u202eb", severity: "error" },
  { name: "a space at the end", value: "a ", severity: "warning" },
])("a name that is wrong only after replacement: $name", ({ value, severity }) => {
  const loaded = loadText(connector({ displayName: "${team}" }), { variables: { team: value } });
  expect(places(loaded)).toEqual([`${severity} schema 6:16`]);
});

test("a name of 256 characters is accepted, however many bytes they take", () => {
  const team = "😀".repeat(256);
  expect(loadText(connector({ displayName: "${team}" }), { variables: { team } }).faults).toEqual(
    [],
  );
});
