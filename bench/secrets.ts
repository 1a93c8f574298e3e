// What reading, opening and fingerprinting the secrets of one tenant adds to a run, after the first:
// ten passwords in files, ten client certificates with a passphrase each, fingerprints by scrypt.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDefinitions } from "../src/definitions/definitions.ts";
import { isConnector } from "../src/model/definition.ts";
import { systemClock } from "../src/model/system-clock.ts";
import { resolveSecrets } from "../src/reconcile/resolve.ts";
import type { PlanSubject } from "../src/reconcile/subject.ts";
import { createRedactor, openSecrets } from "../src/secrets/secrets.ts";
import { makeCertificate } from "../test/certificates.ts";
import type { Figures } from "./child.ts";

const each = 10;
const runs = 200;
const root = mkdtempSync(join(tmpdir(), "plumbline-bench-secrets-"));

const definition = (name: string, authentication: string) => `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: ${name} }
spec:
  displayName: ${name}
  targetUrl: https://${name}.contoso.com/
  authentication: ${authentication}
`;

try {
  mkdirSync(join(root, "connectors"));
  const write = (file: string, text: string | Buffer) =>
    writeFileSync(join(root, "connectors", file), text);
  const day = 86_400_000;
  const now = systemClock.now().getTime();
  for (let index = 0; index < each; index++) {
    write(`p${index}.txt`, `password ${index}\n`);
    const password = `{ basic: { username: entra, password: { file: p${index}.txt } } }`;
    write(`p${index}.yaml`, definition(`p${index}`, password));
    const validity = { notBefore: new Date(now - day), notAfter: new Date(now + 300 * day) };
    const { pfx, passphrase } = await makeCertificate({ ...validity, name: `c${index}` });
    write(`c${index}.pfx`, pfx);
    write(`c${index}.txt`, passphrase);
    const reference = `{ pfx: { file: c${index}.pfx }, passphrase: { file: c${index}.txt } }`;
    write(`c${index}.yaml`, definition(`c${index}`, `{ certificate: ${reference} }`));
  }
  const { definitions, faults } = openDefinitions().load({
    root,
    folders: ["connectors"],
    exclude: [],
    variables: {},
    secrets: {
      env: null,
      ownEnv: [],
      reservedEnv: [],
      files: [root],
      keyVaults: [],
      ownVaultSecrets: [],
      others: { env: [], files: [] },
    },
    targets: { hosts: null, private: false },
  });
  if (definitions.length !== 2 * each) throw new Error(JSON.stringify(faults));
  const secrets = openSecrets({ env: {}, fingerprint: { salt: async () => Buffer.alloc(32, 7) } });
  // All that it needs of a subject.
  const subject = { secrets, redactor: createRedactor(), tenant: { name: "bench" } } as PlanSubject;
  const connectors = definitions.filter(isConnector);
  const resolve = async () => {
    const { desired } = await resolveSecrets(subject, connectors, () => undefined);
    const broken = desired.flatMap((one) =>
      Object.values(one.secrets).flatMap((secret) => ("fault" in secret ? [secret.fault] : [])),
    );
    if (broken.length > 0) throw new Error(JSON.stringify(broken));
  };
  await resolve();
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let run = 0; run < runs; run++) await resolve();
  const { user, system } = process.cpuUsage(cpu);
  const figures: Figures = {
    milliseconds: (performance.now() - begun) / runs,
    processor: (user + system) / 1_000 / runs,
    memory: process.resourceUsage().maxRSS / 1_024,
  };
  process.stdout.write(JSON.stringify(figures));
} finally {
  rmSync(root, { recursive: true });
}
