import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { type LoadRequest, openDefinitions } from "../../src/definitions/definitions.ts";
import {
  type ApiConnectorDefinition,
  isConnector,
  type Loaded,
} from "../../src/model/definition.ts";

/** A new folder with these files, gone when the test is. Its path holds no links. */
export function writtenFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), "plumbline-definitions-")));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) write(root, name, content);
  return root;
}

export function write(root: string, name: string, content: string | Uint8Array): void {
  const file = path.join(root, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}

/** What a tenant with a few variables and nothing else set asks for. */
export function request(root: string, changes: Partial<LoadRequest> = {}): LoadRequest {
  return {
    root,
    folders: ["connectors"],
    exclude: [path.join(root, "plumbline.yaml")],
    variables: { apiHost: "api.contoso.com", team: "Trust" },
    secrets: {
      env: null,
      ownEnv: [],
      reservedEnv: ["AZURE_*", "MSI_*", "IDENTITY_*", "PLUMBLINE_*"],
      files: [root, "/run/secrets"],
      keyVaults: [],
      ownVaultSecrets: [],
      others: { env: [], files: [] },
    },
    targets: { hosts: null, private: false },
    ...changes,
  };
}

/** Loads one file, `connectors/it.yaml`. */
export function loadText(text: string | Uint8Array, changes: Partial<LoadRequest> = {}): Loaded {
  const root = writtenFolder({ "connectors/it.yaml": text });
  return openDefinitions().load(request(root, changes));
}

/** The connectors among what was loaded. */
export function connectorsIn({ definitions }: Loaded): readonly ApiConnectorDefinition[] {
  return definitions.filter(isConnector);
}

interface Parts {
  readonly name?: string;
  readonly metadata?: string;
  readonly displayName?: string;
  readonly targetUrl?: string;
  readonly query?: string;
  readonly username?: string;
  readonly password?: string;
}

/** A valid definition; the parts are YAML, put in as they are. */
export function connector(parts: Parts = {}): string {
  const name = parts.name ?? "fraud-check";
  return `apiVersion: plumbline/v1
kind: ApiConnector
metadata:
  name: ${name}${parts.metadata === undefined ? "" : `\n  ${parts.metadata}`}
spec:
  displayName: ${parts.displayName ?? `Display ${name}`}
  targetUrl: ${parts.targetUrl ?? "https://fraud.api.contoso.com/entra"}${parts.query === undefined ? "" : `\n  query: ${parts.query}`}
  authentication:
    basic:
      username: ${parts.username ?? "entra"}
      password: ${parts.password ?? "{ env: FRAUD_CHECK_PASSWORD }"}
`;
}

/** `severity code line:column`, for tables. */
export function places(loaded: Loaded): readonly string[] {
  return loaded.faults.map(
    ({ severity, code, at }) => `${severity} ${code} ${at?.line ?? 0}:${at?.column ?? 0}`,
  );
}

export function messages(loaded: Loaded): string {
  return loaded.faults.map(({ message }) => message).join("\n");
}
