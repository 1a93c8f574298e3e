/** What an oracle says when something must not be. */
export class Violation extends Error {
  override readonly name = "Violation";
}

export function violate(rule: string, expected: unknown, actual: unknown): never {
  throw new Violation(
    `${rule}\n  expected: ${JSON.stringify(expected)}\n  actual:   ${JSON.stringify(actual)}`,
  );
}
