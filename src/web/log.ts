/** What whoever runs the service is told of requests. */
export interface WebLog {
  readonly info: (message: string) => void;
  /** `error`: what was thrown, whose stack and cause nobody else is shown. */
  readonly warn: (message: string, error?: unknown) => void;
}

export const silent: WebLog = { info() {}, warn() {} };
