import { UsageError } from "./usage-error.ts";

/** What the command line knows of the process that it runs in. */
export interface Terminal {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdout: Stream;
  readonly stderr: Stream;
}

export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string, done?: (error?: Error | null) => void): boolean;
}

/** A reader that has gone away (`plumbline plan | head`) is not an error of ours. */
const goneAway = ["EPIPE", "ERR_STREAM_DESTROYED"];

/**
 * Resolves when the text has left the process, so that an exit cannot cut it short. The stream must
 * have a listener for errors: it emits them besides telling them here.
 */
export function print(stream: Stream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      const code = error && "code" in error ? String(error.code) : "unknown reason";
      if (!error || goneAway.includes(code)) resolve();
      else reject(new UsageError(`The output could not be written (${code}).`));
    });
  });
}

/** Colour for people: on a terminal, unless they said no (https://no-color.org). */
export function hasColour(stream: Stream, env: Terminal["env"]): boolean {
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "0") return true;
  return stream.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";
}

/** Columns to fill: no wider than a person likes to read. */
export function widthOf(stream: Stream): number {
  return Math.min(Math.max(stream.columns ?? 80, 40), 120);
}
