/** Certificates in a comment, with their whole thumbprints. */
import type { AwaitedView, CertificateView, ExpiryView } from "./certificates-view.ts";
import { codeSpan, prose } from "./markup.ts";

/** An item for the list of notes, with one item of its own for each. */
export function certificateItems(certificates: readonly CertificateView[]): readonly string[] {
  if (certificates.length === 0) return [];
  const items = certificates.map(
    ({ thumbprint, days, state }) => `  - ${codeSpan(thumbprint)} ${prose(days)}: ${prose(state)}`,
  );
  return ["- Certificates:", ...items];
}

/** What comes by itself. */
export function awaitedItem({ called, thumbprint, state }: AwaitedView): string {
  const who = called === null ? "(no name)" : codeSpan(called);
  return `- ${who}: certificate ${codeSpan(thumbprint)} ${prose(state)}`;
}

export function expiryItem({
  called,
  isUnmanaged,
  label,
  thumbprint,
  sentence,
}: ExpiryView): string {
  const who = `${called === null ? "(no name)" : codeSpan(called)}${isUnmanaged ? " (unmanaged)" : ""}`;
  return `- **${label}** ${who}: certificate ${codeSpan(thumbprint)} ${prose(sentence)}`;
}
