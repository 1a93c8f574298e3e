/** Certificates at a terminal: one line for each. */
import type {
  AwaitedView,
  CertificateView,
  ConnectorView,
  ExpiryView,
} from "./certificates-view.ts";
import { type Layout, quoted } from "./layout.ts";

/** Under the connector that has them. */
export function certificateLines(
  certificates: readonly CertificateView[],
  indent: string,
  page: Layout,
): readonly string[] {
  if (certificates.length === 0) return [];
  const lines = certificates.flatMap(({ short, days, state, tone }) =>
    page.wrap(`${short} ${days}: ${state}`, `${indent}  `, tone, "  "),
  );
  return [`${indent}Certificates:`, ...lines];
}

export function expiryLines(expiry: readonly ExpiryView[], page: Layout): readonly string[] {
  if (expiry.length === 0) return [];
  const lines = expiry.flatMap((one) =>
    page.wrap(`! ${calledOf(one)}: ${one.short} ${one.sentence}`, "  ", one.tone, "  "),
  );
  return [...page.wrap("Certificates that expire:", ""), ...lines];
}

/** What comes by itself. */
export function awaitedLines(awaited: readonly AwaitedView[], page: Layout): readonly string[] {
  if (awaited.length === 0) return [];
  const lines = awaited.flatMap((one) =>
    page.wrap(`${calledOf(one)}: ${one.short} ${one.state}`, "  ", "quiet", "  "),
  );
  return [...page.wrap("Certificates to come:", ""), ...lines];
}

function calledOf({ called, isUnmanaged }: ConnectorView): string {
  if (!isUnmanaged) return called ?? "(no name)";
  const label = called === null ? "(no name)" : quoted(called);
  return `${label} (unmanaged)`;
}
