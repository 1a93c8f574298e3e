/** What an error of nodemailer means, without the words of the server: they may quote what it was sent. */
import { networkReason } from "../../model/network.ts";
import { type Attempt, again, refused } from "./sink.ts";

/** What went wrong, where the code of the system says nothing of it. */
const phases: Readonly<Record<string, string>> = {
  ETLS: "it offers no TLS that can be used",
  EREQUIRETLS: "it offers no TLS that can be used",
  EDNS: "its name is not known to the DNS",
  ETIMEDOUT: "it did not answer in time",
};

/** The server has looked at this mail: its word on it is final when it begins with 5 (RFC 5321, 4.2.1). */
const ofTheMail: ReadonlySet<string> = new Set(["EENVELOPE", "EMESSAGE"]);

export function mailFailure(thrown: unknown): Attempt {
  const { code, originalCode, responseCode } = outlineOf(thrown);
  const answer = responseCode === null ? "" : ` (${responseCode})`;
  // A password that was rotated is read anew at the next try.
  if (code === "EAUTH" || code === "ENOAUTH") return again(`It refused the sign-in${answer}.`);
  const phase = phases[code ?? ""];
  if (phase !== undefined) return again(`It cannot be used: ${phase}${answer}.`);
  if (responseCode !== null) {
    const isFinal = responseCode >= 500 && ofTheMail.has(code ?? "");
    const reason = `It answered ${responseCode}.`;
    return isFinal ? refused(reason) : again(reason);
  }
  const cause = Object.assign(new Error("Of the system"), { code: originalCode });
  return again(`It cannot be reached: ${networkReason(cause)}.`);
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
