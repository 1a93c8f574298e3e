/**
 * Where everything stands in the drawing of user flows and connectors: steps on the left, connectors on
 * the right, each beside the steps that call it. A step that is to call another connector stands
 * beside the first of both, and the other comes next, so that few lines cross.
 */
import type { UsedConnector, UseView } from "./uses-view.ts";

/** In the units of the drawing, which are pixels when there is room. */
export const WIDTH = 760;
const ROW = 46;
const EDGE = 6;
/** Where the lines begin and end. */
export const LEFT = 300;
export const RIGHT = 452;

export interface Drawing {
  readonly height: number;
  readonly steps: readonly { readonly y: number; readonly use: UseView }[];
  readonly connectors: readonly { readonly y: number; readonly connector: UsedConnector }[];
  readonly lines: readonly Line[];
}

export interface Line {
  /** Of its step. */
  readonly from: number;
  /** Of its connector. */
  readonly to: number;
  readonly use: UseView;
}

export function drawingOf(used: readonly UsedConnector[]): Drawing {
  const rows = new Map<string, number>();
  const steps: { y: number; use: UseView }[] = [];
  const connectors: { y: number; connector: UsedConnector }[] = [];
  let top = EDGE;
  for (const connector of besides(used)) {
    const own = connector.uses.filter((use) => !rows.has(keyOf(use)));
    for (const [index, use] of own.entries()) {
      const y = top + (index + 0.5) * ROW;
      rows.set(keyOf(use), y);
      steps.push({ y, use });
    }
    // One whose steps all stand elsewhere needs a place as well.
    const height = Math.max(1, own.length) * ROW;
    connectors.push({ y: top + height / 2, connector });
    top += height;
  }
  const lines = connectors.flatMap(({ y, connector }) =>
    connector.uses.map((use) => ({ from: rows.get(keyOf(use)) ?? y, to: y, use })),
  );
  return { height: top + EDGE, steps, connectors, lines };
}

/** Those that share a step, now and soon, after each other. */
function besides(used: readonly UsedConnector[]): readonly UsedConnector[] {
  const placed = new Set<UsedConnector>();
  const place = (connector: UsedConnector): void => {
    if (placed.has(connector)) return;
    placed.add(connector);
    const keys = new Set(connector.uses.map(keyOf));
    for (const other of used) if (other.uses.some((use) => keys.has(keyOf(use)))) place(other);
  };
  for (const connector of used) place(connector);
  return [...placed];
}

function keyOf({ flow, step }: UseView): string {
  return `${flow}\n${step}`;
}
