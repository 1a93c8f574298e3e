// What the campaigns print, and when they have missed their aim.

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** `got` and `most` in the unit given. The exit status is 1 when one of them is missed. */
export function aim(what: string, got: number, most: number, unit: string): void {
  const isMet = got <= most;
  if (!isMet) process.exitCode = 1;
  const text = Number.isInteger(got) ? String(got) : got.toFixed(2);
  say(`  ${isMet ? "met   " : "MISSED"} ${what}: ${text}${unit}, at most ${most}${unit}`);
}

/** A definition of a connector; `password` names a variable of the environment. */
export const definition = (index: number, password: string) => `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: connector-${index} }
spec:
  displayName: Connector ${index}
  targetUrl: https://connector-${index}.api.contoso.example/entra/sign-up
  authentication:
    basic: { username: entra, password: { env: ${password} } }
`;
