import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { exitStatus } from "../exit.ts";
import { stopSignal } from "../stop.ts";
import { print, type Terminal } from "../terminal.ts";

export interface SandboxFlags {
  readonly port: number;
  readonly seed?: string;
  readonly state?: string;
  readonly tls?: true;
}

/** Runs a practice tenant alone until it is stopped, or says that one is there already. */
export async function sandboxVerb(flags: SandboxFlags, terminal: Terminal): Promise<number> {
  const sandboxRoom = await import("../../sandbox/sandbox.ts");
  const { port, seed, state, tls } = flags;
  const found = tls ? null : await sandboxRoom.findSandbox(port);
  if (found) {
    await print(terminal.stdout, `A practice tenant answers at ${found.url} already.\n`);
    return exitStatus.clean;
  }
  using stop = stopSignal();
  const at = (path: string) => resolve(terminal.cwd, path);
  await using sandbox = await sandboxRoom.startSandbox({
    port,
    ...(seed !== undefined && { seed: at(seed) }),
    ...(state !== undefined && { state: at(state) }),
    ...(tls && { tls }),
  });
  const ca = sandbox.ca === null ? null : writeCa(sandbox.ca, terminal.cwd);
  const { SANDBOX_CLIENT_ID, SANDBOX_CLIENT_SECRET } = sandboxRoom;
  const trust = ca === null ? "" : `--cacert ${ca} `;
  const lines = [
    `A practice tenant answers at ${sandbox.url} (Ctrl+C stops it).`,
    "",
    `  Graph root     ${sandbox.url}`,
    `  Tenant id      ${sandbox.tenantId}`,
    `  Client id      ${SANDBOX_CLIENT_ID}`,
    `  Client secret  ${SANDBOX_CLIENT_SECRET}`,
    ...(ca === null ? [] : [`  Certificate    NODE_EXTRA_CA_CERTS=${ca}`]),
    "",
    "To look at it as Microsoft Graph shows it:",
    `  token=${sandbox.token}`,
    `  curl ${trust}-H "Authorization: Bearer $token" ${sandbox.url}/v1.0/identity/apiConnectors`,
    "",
  ];
  await print(terminal.stdout, lines.join("\n"));
  await new Promise<void>((done) => {
    stop.stopping.addEventListener("abort", () => done(), { once: true });
  });
  return exitStatus.clean;
}

/** Clients of a practice tenant over TLS have to trust its certificate. */
function writeCa(pem: string, cwd: string): string {
  const path = resolve(cwd, ".plumbline/sandbox-ca.pem");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, pem);
  return path;
}
