/**
 * Reads folders of YAML and answers with definitions and faults: every fault has its place, all come
 * at once, and nothing that stands in a folder makes it throw. It knows neither a tenant's state nor
 * the value of any secret; it only decides which secrets and hosts a definition may name.
 */
import { hash } from "node:crypto";
import type { Definition, Loaded } from "../model/definition.ts";
import type { Fault, Position } from "../model/fault.ts";
import { resolveDraft, type TenantRules } from "./api-connector.ts";
import { type CachedFile, openFileCache } from "./file-cache.ts";
import { findFiles } from "./folder.ts";
import { type Instead, replacedBy } from "./instead.ts";
import { type Draft, unexpected } from "./parsed-file.ts";
import { located, type Place, type WrittenFault } from "./place.ts";
import { deepestRealPath, type RealPath, realPathsNow } from "./real-path.ts";
import type { SecretScopes } from "./secret-scope.ts";
import type { Targets } from "./target-url.ts";
import { type Claim, duplicates, impossibleRenames, sortedUnique } from "./uniqueness.ts";
import { type ConnectorNames, resolveUserFlow } from "./user-flow.ts";

export interface LoadRequest {
  /** Absolute folder of plumbline.yaml; printed paths are relative to it, with `/`. */
  readonly root: string;
  /** Folders (or single files, for `validate PATH`), absolute or relative to root. */
  readonly folders: readonly string[];
  /** Where the operator names the folders; left out when the command line does. */
  readonly foldersAt?: Position;
  /**
   * Absolute paths of the service's own files and folders: plumbline.yaml, and whatever else it names.
   * They are no definitions, and no definition may name them, or what lies in them, as a secret.
   */
  readonly exclude: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: SecretScopes;
  readonly targets: Targets;
  /** Definitions that stand in the place of those in the folders, by name. */
  readonly instead?: Instead;
}

export interface Definitions {
  /**
   * Reads what stands in the folders now. The answer is frozen, and the very same object as long as
   * neither a file nor the request changed. A request may not be changed once it was made. Does not
   * throw.
   */
  load(request: LoadRequest): Loaded;
}

/** Keeps parsed files between loads, so that an unchanged tree costs little more than its listing. */
export function openDefinitions(): Definitions {
  const cache = openFileCache();
  const answers = new Map<string, Answer>();
  const keys = new WeakMap<LoadRequest, Keys>();
  return {
    load(request) {
      const { whole, listing } = keysOf(request, keys);
      const real = realPathsNow();
      const found = findFiles(request, real);
      const parsed = cache.parse(listing, found.files);
      const files = request.instead ? replacedBy(request.instead, parsed, request.root) : parsed;
      const known = answers.get(whole);
      if (known !== undefined && found.faults.length === 0 && isStill(known, files, real)) {
        return known.loaded;
      }
      const answer = answerOf(request, { files, inGit: parsed }, found.faults);
      answers.delete(whole);
      if (found.faults.length === 0) answers.set(whole, answer);
      forgetOldest(answers);
      return answer.loaded;
    },
  };
}

/** What stands for a request; a caller that keeps its request spares making them again. */
interface Keys {
  readonly whole: string;
  readonly listing: string;
}

function keysOf(request: LoadRequest, known: WeakMap<LoadRequest, Keys>): Keys {
  const { root, folders } = request;
  const keys = known.get(request) ?? {
    // A service of many tenants has many requests, and each may be long.
    whole: hash("sha256", JSON.stringify(request), "base64"),
    listing: JSON.stringify([root, folders]),
  };
  known.set(request, keys);
  return keys;
}

/** An answer, and all that it depends on besides the request. */
interface Answer {
  readonly files: readonly CachedFile[];
  /** Paths of secrets that were followed, and where they led. */
  readonly followed: ReadonlyMap<string, string>;
  readonly loaded: Loaded;
}

/** A bound for callers that vary their requests; a service has one request for each tenant. */
const MOST_ANSWERS = 1024;

function forgetOldest(answers: Map<string, Answer>): void {
  for (const key of answers.keys()) {
    if (answers.size <= MOST_ANSWERS) return;
    answers.delete(key);
  }
}

function isStill(answer: Answer, files: readonly CachedFile[], real: RealPath): boolean {
  if (answer.files.length !== files.length) return false;
  for (const [index, { parsed, shown }] of files.entries()) {
    const other = answer.files[index];
    if (other?.parsed !== parsed || other.shown !== shown) return false;
  }
  for (const [file, led] of answer.followed) if (real(file) !== led) return false;
  return true;
}

interface Sources {
  /** With what stands in the place of definitions. */
  readonly files: readonly CachedFile[];
  /** As they were found. What an earlier state takes away, a flow in git may rightly call. */
  readonly inGit: readonly CachedFile[];
}

function answerOf(
  request: LoadRequest,
  { files, inGit }: Sources,
  searchFaults: readonly Fault[],
): Answer {
  const followed = new Map<string, string>();
  const rules = rulesOf(request, followed);
  const faults: Fault[] = [...searchFaults];
  const definitions: Definition[] = [];
  const claims: Claims = { flows: [], names: [], ids: [], displayNames: [], renames: [] };
  const connectors = connectorNames([...files, ...inGit], searchFaults);
  for (const file of files) {
    const written: WrittenFault[] = [...file.parsed.faults];
    for (const draft of file.parsed.drafts) {
      const { definition, displayName } = resolved(draft, file, { rules, connectors }, written);
      claim(claims, draft, displayName, file.shown);
      if (definition !== null) definitions.push(definition);
    }
    for (const fault of written) faults.push(located(fault, file.shown));
  }
  for (const fault of conflicts(claims)) faults.push(fault);
  const loaded = { definitions: sortedUnique(definitions), faults: faults.sort(byPlace) };
  return { files, followed, loaded: frozen(loaded) };
}

function rulesOf(request: LoadRequest, followed: Map<string, string>): TenantRules {
  const real = (file: string) => {
    const led = deepestRealPath(file);
    followed.set(file, led);
    return led;
  };
  return {
    variables: request.variables,
    targets: request.targets,
    scopes: request.secrets,
    within: request.secrets.files.map(real),
    ofOthers: new Set(request.secrets.others.files.map(real)),
    own: new Set(request.exclude.map(real)),
    followed,
  };
}

function connectorNames(
  files: readonly CachedFile[],
  searchFaults: readonly Fault[],
): ConnectorNames {
  const drafts = files.flatMap(({ parsed }) =>
    parsed.drafts.filter((draft) => draft.kind === "ApiConnector"),
  );
  return {
    names: new Set(drafts.flatMap(({ name }) => name ?? [])),
    renamed: new Map(
      drafts.flatMap(({ name, previously }) =>
        name === null || previously === null ? [] : [[previously, name] as const],
      ),
    ),
    isComplete:
      searchFaults.every(({ severity }) => severity === "warning") &&
      files.every(({ parsed }) => parsed.isWhole) &&
      drafts.every(({ name }) => name !== null),
  };
}

/** What a draft gives for one tenant. */
interface Resolved {
  /** null when a fault stops it. */
  readonly definition: Definition | null;
  /** After replacing variables; null when it has none, or a fault. */
  readonly displayName: string | null;
}

function resolved(
  draft: Draft,
  file: CachedFile,
  { rules, connectors }: { readonly rules: TenantRules; readonly connectors: ConnectorNames },
  faults: WrittenFault[],
): Resolved {
  try {
    if (draft.kind === "ApiConnector") return resolveDraft(draft, file, rules, faults);
    const definition = resolveUserFlow(draft, file.shown, rules, connectors, faults);
    return { definition, displayName: null };
  } catch (thrown) {
    faults.push(unexpected(thrown));
    return { definition: null, displayName: null };
  }
}

/** What only one definition of a tenant may have. */
interface Claims {
  /** Names of user flows, which Graph takes in any letter case. */
  readonly flows: Claim[];
  readonly names: Claim[];
  readonly ids: Claim[];
  readonly displayNames: Claim[];
  readonly renames: Claim[];
}

function claim(claims: Claims, draft: Draft, displayName: string | null, shown: string): void {
  const add = (list: Claim[], value: string | null, place: Place) => {
    if (value !== null) list.push({ value, at: { file: shown, ...place } });
  };
  const addFolded = (list: Claim[], written: string | null, place: Place) => {
    if (written === null) return;
    list.push({ value: written.toLowerCase(), written, at: { file: shown, ...place } });
  };
  if (draft.kind === "UserFlow") {
    addFolded(claims.flows, draft.name, draft.places.name);
    return;
  }
  add(claims.names, draft.name, draft.places.name);
  addFolded(claims.ids, draft.id, draft.places.id);
  add(claims.displayNames, displayName, draft.places.displayName);
  add(claims.renames, draft.previously, draft.places.previously);
}

function conflicts(claims: Claims): readonly Fault[] {
  return [
    ...duplicates("metadata.name", claims.names),
    ...duplicates("metadata.name", claims.flows),
    ...duplicates("metadata.id", claims.ids),
    ...duplicates("spec.displayName", claims.displayNames),
    ...impossibleRenames(claims.names, claims.renames),
  ];
}

/** Faults without a place come first. */
function byPlace(a: Fault, b: Fault): number {
  if (a.at === null || b.at === null) return Number(a.at !== null) - Number(b.at !== null);
  if (a.at.file !== b.at.file) return a.at.file < b.at.file ? -1 : 1;
  return a.at.line - b.at.line || a.at.column - b.at.column;
}

/** Many callers get the same answer: none may change it for the others. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
