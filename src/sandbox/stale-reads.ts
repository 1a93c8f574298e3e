/** Reads that lag behind writes, as those of a replicated service may. */
import type { TenantState } from "./tenant-state.ts";

export interface StaleReads {
  /** The next reads show this state; reads that lag already keep showing the older one. */
  hold(before: TenantState, reads: number): void;
  /** What one read shows. */
  show(current: TenantState): TenantState;
  clear(): void;
}

export function createStaleReads(): StaleReads {
  let held: { readonly state: TenantState; reads: number } | null = null;
  return {
    hold(before, reads) {
      held = { state: held?.state ?? before, reads: Math.max(held?.reads ?? 0, reads) };
    },
    show(current) {
      if (held === null) return current;
      const { state } = held;
      held.reads -= 1;
      if (held.reads === 0) held = null;
      return state;
    },
    clear() {
      held = null;
    },
  };
}
