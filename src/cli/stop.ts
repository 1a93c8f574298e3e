/** SIGTERM and SIGINT as signals for code: first finish, then break off. */

/** Milliseconds that the write in hand is given after the first signal. */
const grace = 8_000;

export interface Stop extends Disposable {
  /** Aborted by the first signal. */
  readonly stopping: AbortSignal;
  /** Aborted some seconds later, or by the second signal. */
  readonly aborting: AbortSignal;
}

/** `onStop` is called at the first signal. */
export function stopSignal(onStop?: () => void): Stop {
  const stopping = new AbortController();
  const aborting = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onSignal = () => {
    if (stopping.signal.aborted) return aborting.abort(new Error("Asked twice to stop."));
    onStop?.();
    stopping.abort(new Error("Asked to stop."));
    timer = setTimeout(() => aborting.abort(new Error("Asked to stop.")), grace);
    timer.unref();
  };
  const names = ["SIGTERM", "SIGINT"] as const;
  for (const name of names) process.on(name, onSignal);
  return {
    stopping: stopping.signal,
    aborting: aborting.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      for (const name of names) process.off(name, onSignal);
    },
  };
}
