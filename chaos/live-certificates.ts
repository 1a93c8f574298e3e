/** Certificates of a connector as the tenant stores them, and which one Graph would show as active. */
import type { Connector } from "./world.ts";

interface Stored {
  readonly thumbprint: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

function storedIn({ authentication }: Connector): readonly Stored[] {
  if (!authentication || !("certificates" in authentication)) return [];
  // What the sandbox stores has its validity in seconds.
  return authentication.certificates as readonly Stored[];
}

export function thumbprintsOf(connector: Connector): readonly string[] {
  return storedIn(connector).map(({ thumbprint }) => thumbprint);
}

/** Seconds since 1970. */
export function validAt(connector: Connector, now: number): boolean {
  return storedIn(connector).some((one) => isValid(one, now));
}

/** The last upload that is valid, as Microsoft documents it; null when none is. */
export function activeOf(connector: Connector, now: number): string | null {
  return storedIn(connector).findLast((one) => isValid(one, now))?.thumbprint ?? null;
}

/** Seconds since 1970; null when none is valid. */
export function endOfActive(connector: Connector, now: number): number | null {
  return storedIn(connector).findLast((one) => isValid(one, now))?.notAfter ?? null;
}

function isValid({ notBefore, notAfter }: Stored, now: number): boolean {
  return notBefore <= now && now < notAfter;
}
