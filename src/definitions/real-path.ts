import { existsSync, realpathSync } from "node:fs";
import path from "node:path";

/** Where a path leads without symbolic links; null when there is nothing, or it cannot be followed. */
export function realPath(file: string): string | null {
  // Asking first is much cheaper than an error, and most optional folders are missing.
  if (!existsSync(file)) return null;
  try {
    return realpathSync.native(file);
  } catch {
    return null;
  }
}

/** The real path of the deepest part that exists, and what follows it as it is. */
export function deepestRealPath(absolute: string): string {
  const missing: string[] = [];
  let at = absolute;
  for (;;) {
    const real = realPath(at);
    if (real !== null) return missing.length === 0 ? real : path.join(real, ...missing);
    const above = path.dirname(at);
    if (above === at) return absolute;
    missing.unshift(path.basename(at));
    at = above;
  }
}

export type RealPath = (absolute: string) => string;

/** `deepestRealPath` that asks once for each path: for one moment alone. */
export function realPathsNow(): RealPath {
  const known = new Map<string, string>();
  return (absolute) => {
    const real = known.get(absolute) ?? deepestRealPath(absolute);
    known.set(absolute, real);
    return real;
  };
}
