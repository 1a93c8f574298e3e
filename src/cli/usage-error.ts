/** The command line, or what it names, is unusable. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
