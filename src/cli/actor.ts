/** Who is at work, for the audit. */
import { hostname, userInfo } from "node:os";

/** What PLUMBLINE_ACTOR says, as a pipeline would set it; else the user and the machine. */
export function actorOf(env: Readonly<Record<string, string | undefined>>): string {
  const named = env["PLUMBLINE_ACTOR"]?.trim();
  return named || `${userName()}@${hostname()}`;
}

/** A container may run as a number that no file knows. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}
