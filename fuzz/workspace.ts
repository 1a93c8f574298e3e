// The folder in which a file is looked at, with what belongs around it: as small a repository as has all.
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Format } from "../src/report/report.ts";
import { environment, filed, variableNames } from "./canaries.ts";
import type { Specimen } from "./specimen.ts";

export interface Workspace extends Disposable {
  readonly root: string;
  /** Puts the file in its place, and what is sound in all others. */
  place(specimen: Specimen): void;
  /** The text of a file by the name that messages give it, as an editor counts it; null: none. */
  textOf(shown: string): string | null;
  /** The reports that were written into files, which are gone then; empty where there is none. */
  takeReports(): Readonly<Partial<Record<Format, string>>>;
}

/** One report can go to standard output; the others go here, where no definitions are looked for. */
export const reportFiles: readonly (readonly [format: Format, file: string])[] = [
  ["json", ".reports/report.json"],
  ["markdown", ".reports/report.md"],
  ["html", ".reports/report.html"],
];

/** What the process that looks at a file has around it. */
export const surroundings: Readonly<Record<string, string>> = Object.fromEntries(
  variableNames.map((name) => [name, environment.value]),
);

const configuration = `apiVersion: plumbline/v1
kind: Service
definitions: definitions
tenants:
  - name: sandbox
    sandbox: { port: 8090 }
    variables: { apiHost: api.contoso.com, team: Trust }
    secrets: { env: ["*"], files: [., /run/secrets], keyVaults: [kv-production] }
    mode: apply
  - name: bounded
    tenantId: 11111111-2222-3333-4444-555555555555
    credential: { clientSecret: { clientId: 66666666-7777-8888-9999-000000000000, secret: { env: PLUMBLINE_CLIENT_SECRET } } }
    variables: { apiHost: api.contoso.com, team: Trust }
    secrets: { env: ["*_PASSWORD", "*_KEY", "*_PASSPHRASE"], files: [definitions, /run/secrets] }
    targets: { hosts: ["*.contoso.com"] }
    mode: report
`;

const definition = (name: string) => `apiVersion: plumbline/v1
kind: ApiConnector
metadata: { name: ${name} }
spec:
  displayName: Connector ${name}
  targetUrl: https://${name}.\${apiHost}/entra
  query: { code: { env: FRAUD_FUNCTION_KEY } }
  authentication:
    basic: { username: entra, password: { file: ../practice-secrets/password.txt } }
`;

/** What the examples name, and those of the schemas. */
const secretFiles = [
  "definitions/practice-secrets/crm-sync-password.txt",
  "definitions/practice-secrets/fraud-check-key.txt",
  "definitions/practice-secrets/fraud-check-password.txt",
  "definitions/practice-secrets/loyalty-password.txt",
  "definitions/fraud.pfx",
  "connectors/practice-secrets/password.txt",
];

const DEFINITION = "definitions/it.yaml";
const CONFIGURATION = "plumbline.yaml";

export function openWorkspace(): Workspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "plumbline-fuzz-")));
  const write = (name: string, content: string | Uint8Array) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  };
  for (const file of secretFiles) write(file, filed.value);
  // What the configurations of the schema name.
  write("connectors/base/base.yaml", definition("base"));
  write("connectors/production/production.yaml", definition("production"));
  return {
    root,
    place({ kind, bytes }) {
      write(CONFIGURATION, kind === "configuration" ? bytes : configuration);
      if (kind === "definition") write(DEFINITION, bytes);
    },
    textOf(shown) {
      try {
        return readFileSync(join(root, shown), "utf8").replace(/^\ufeff/, "");
      } catch {
        return null;
      }
    },
    takeReports() {
      const take = (file: string) => {
        const path = join(root, file);
        if (!existsSync(path)) return "";
        const text = readFileSync(path, "utf8");
        rmSync(path);
        return text;
      };
      return Object.fromEntries(reportFiles.map(([format, file]) => [format, take(file)]));
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
