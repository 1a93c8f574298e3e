/** The few certificates of the whole campaign: making one takes longer than a seed. */
import { type MadeCertificate, makeCertificate } from "../test/certificates.ts";

export interface Pooled extends MadeCertificate {
  /** What a course calls it; its thumbprint is another one at each start. */
  readonly label: string;
}

/**
 * A campaign begins on 2026-08-20 and ends before December: the last of them becomes valid on the way,
 * and none expires.
 */
const validities = [
  ["2025-09-01", "2026-12-20"],
  ["2026-01-01", "2027-03-01"],
  ["2026-08-01", "2027-08-01"],
  ["2026-02-01", "2028-02-01"],
  ["2026-08-24", "2029-01-01"],
] as const;

export async function makePool(): Promise<readonly Pooled[]> {
  const pool: Pooled[] = [];
  for (const [index, [notBefore, notAfter]] of validities.entries()) {
    const passphrase = `practice "passphrase" ${index}/é`;
    const made = await makeCertificate({ notBefore, notAfter, passphrase });
    pool.push({ ...made, label: `certificate ${index}` });
  }
  return pool;
}
