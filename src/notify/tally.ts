/** Hears what becomes of alerts, by the name of their sink. A message of several alerts counts as these. */
export interface Tally {
  queued(sink: string, alerts: number): void;
  delivered(sink: string, alerts: number): void;
  /** Never sent any more. */
  givenUp(sink: string, alerts: number): void;
  /** Whether it takes nothing until somebody mends its address, its key or its rights. */
  barred(sink: string, isBarred: boolean): void;
}
