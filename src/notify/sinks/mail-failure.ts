/** What an error of nodemailer means, without the words of the server: they may quote what it was sent. */
import { networkReason } from "../../model/network.ts";
import { type Attempt, again, barred, doubtful, unanswered } from "./sink.ts";

/** What went wrong, where the code of the system says nothing of it. */
const phases: Readonly<Record<string, string>> = {
  ETLS: "it offers no TLS that can be used",
  EREQUIRETLS: "it offers no TLS that can be used",
  EDNS: "its name is not known to the DNS",
  ETIMEDOUT: "it did not answer in time",
};

/** Who signs in, and who writes to whom: somebody may mend it within days. */
const ofTheEnvelope: ReadonlySet<string> = new Set(["EAUTH", "EENVELOPE"]);

/** `isSent`: whether the mail itself was on its way when it failed. */
export function mailFailure(thrown: unknown, isSent: boolean): Attempt {
  const { code, originalCode, responseCode, status } = outlineOf(thrown);
  if (responseCode === null && isSent) return unanswered(UNSAID);
  const answer = responseCode === null ? "" : ` (${responseCode})`;
  const phase = phases[code ?? ""];
  if (phase !== undefined) return again(`It cannot be used: ${phase}${answer}.`);
  const isSignIn = code === "EAUTH" || code === "ENOAUTH";
  if (isSignIn || responseCode !== null) {
    const said = `It answered ${[responseCode, status].filter(Boolean).join(" ")}.`;
    return judged(code ?? "", responseCode, isSignIn ? `It refused the sign-in${answer}.` : said);
  }
  const cause = Object.assign(new Error("Of the system"), { code: originalCode });
  return again(`It cannot be reached: ${networkReason(cause)}.`);
}

export const UNSAID = "Its server did not say whether it took the mail.";

/**
 * What begins with 5 is the server's last word on what it was asked (RFC 5321, 4.2.1). After the mail
 * was sent it may be about its content, or about whoever sends all of them: Exchange refuses one that
 * may not send as its sender only then.
 */
function judged(code: string, responseCode: number | null, reason: string): Attempt {
  if (responseCode === null || responseCode < 500) return again(reason);
  if (ofTheEnvelope.has(code)) return barred(reason);
  return code === "EMESSAGE" ? doubtful(reason) : again(reason);
}

interface Outline {
  /** Of nodemailer. */
  readonly code: string | null;
  /** Of the system or of OpenSSL. */
  readonly originalCode: string | null;
  readonly responseCode: number | null;
  /** Enhanced status code, such as 5.7.60 (RFC 3463). */
  readonly status: string | null;
}

function outlineOf(thrown: unknown): Outline {
  const found: Readonly<Record<string, unknown>> = thrown instanceof Error ? { ...thrown } : {};
  const textOf = (value: unknown) => (typeof value === "string" ? value : null);
  const number = found["responseCode"];
  return {
    code: textOf(found["code"]),
    originalCode: textOf(found["originalCode"]),
    responseCode: typeof number === "number" ? number : null,
    status: /^\d{3}[ -](\d\.\d{1,3}\.\d{1,3})\b/.exec(textOf(found["response"]) ?? "")?.[1] ?? null,
  };
}
