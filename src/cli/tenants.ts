/** Opens what plan and apply work on, and closes it again. */

import type { Logger } from "pino";
import { createRedactors, type Redactors } from "../secrets/secrets.ts";
import type { RequestEvent } from "../tenant/tenant.ts";
import type { CommonFlags, Configured } from "./command.ts";
import { openLog } from "./logging.ts";
import { withLine } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import type { Wire, Wired, Wiring, WiringOptions } from "./wiring.ts";

export interface Opened<One extends Wired> {
  readonly wiring: Wiring<One>;
  readonly log: Logger;
  readonly redactors: Redactors;
}

/** Most tenants that are worked on at the same time. */
export const parallelTenants = 8;

/** `level` is what is logged without --verbose; `onRequest` hears of each request to Graph. */
export async function openTenants<One extends Wired>(
  wire: Wire<One>,
  { settings, wanted, faults }: Configured,
  flags: CommonFlags,
  terminal: Terminal,
  level: "info" | "warn",
  onRequest?: (event: RequestEvent) => void,
): Promise<Opened<One>> {
  const redactors = createRedactors();
  const log = openLog(terminal, redactors, flags.verbose ? "debug" : level);
  for (const { message, at } of faults) log.warn({ at }, message);
  const options: WiringOptions = {
    env: terminal.env,
    redactors,
    prompt: (message) => terminal.stderr.write(`${message}\n`),
    onRequest: (tenant, event) => {
      log.debug({ ...event, tenant }, "request to Microsoft Graph");
      onRequest?.(event);
    },
    onPracticeTenant: (tenant, { url, origin }) => log.info(`${tenant}: ${practice(url, origin)}`),
  };
  const opening = `Opening ${wanted.length} ${wanted.length === 1 ? "tenant" : "tenants"}`;
  const wiring = await withLine(
    terminal,
    () => opening,
    () => wire(settings, wanted, options),
  );
  return { wiring, log, redactors };
}

function practice(url: string, origin: "found" | "state" | "seed" | "empty"): string {
  switch (origin) {
    case "found":
      return `using the practice tenant that answers at ${url}`;
    case "state":
      return `the practice tenant is at ${url}, as it was left`;
    case "seed":
      return `a new practice tenant is at ${url}, made from its seed`;
    case "empty":
      return `a new, empty practice tenant is at ${url}`;
  }
}
