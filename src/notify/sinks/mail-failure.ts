/** What an error of nodemailer means, without the words of the server: they may quote what it was sent. */
import { networkReason } from "../../model/network.ts";
import { type Attempt, again, barred, refused } from "./sink.ts";

/** What went wrong, where the code of the system says nothing of it. */
const phases: Readonly<Record<string, string>> = {
  ETLS: "it offers no TLS that can be used",
  EREQUIRETLS: "it offers no TLS that can be used",
  EDNS: "its name is not known to the DNS",
  ETIMEDOUT: "it did not answer in time",
};

/** Who signs in, and who writes to whom: somebody may mend it within days. */
const ofTheEnvelope: ReadonlySet<string> = new Set(["EAUTH", "EENVELOPE"]);

export function mailFailure(thrown: unknown): Attempt {
  const { code, originalCode, responseCode } = outlineOf(thrown);
  const answer = responseCode === null ? "" : ` (${responseCode})`;
  const phase = phases[code ?? ""];
  if (phase !== undefined) return again(`It cannot be used: ${phase}${answer}.`);
  const isSignIn = code === "EAUTH" || code === "ENOAUTH";
  if (isSignIn || responseCode !== null) {
    const reason = isSignIn ? `It refused the sign-in${answer}.` : `It answered ${responseCode}.`;
    return judged(code ?? "", responseCode, reason);
  }
  const cause = Object.assign(new Error("Of the system"), { code: originalCode });
  return again(`It cannot be reached: ${networkReason(cause)}.`);
}

/** What begins with 5 is the server's last word on what it was asked (RFC 5321, 4.2.1). */
function judged(code: string, responseCode: number | null, reason: string): Attempt {
  if (responseCode === null || responseCode < 500) return again(reason);
  if (ofTheEnvelope.has(code)) return barred(reason);
  return code === "EMESSAGE" ? refused(reason) : again(reason);
}

interface Outline {
  /** Of nodemailer. */
  readonly code: string | null;
  /** Of the system or of OpenSSL. */
  readonly originalCode: string | null;
  readonly responseCode: number | null;
}

function outlineOf(thrown: unknown): Outline {
  const found: Readonly<Record<string, unknown>> = thrown instanceof Error ? { ...thrown } : {};
  const textOf = (value: unknown) => (typeof value === "string" ? value : null);
  const number = found["responseCode"];
  return {
    code: textOf(found["code"]),
    originalCode: textOf(found["originalCode"]),
    responseCode: typeof number === "number" ? number : null,
  };
}
