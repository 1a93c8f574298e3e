/** Port: time, so that tests drive it by hand. */
export interface Clock {
  now(): Date;
  /** Resolves after this many milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}
