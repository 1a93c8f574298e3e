import type { ApiConnectorDefinition } from "../model/definition.ts";
import type { ApiConnectorDocument } from "../model/generated/api-connector.ts";
import type { Place } from "./place.ts";
import type { Reference } from "./secret-scope.ts";
import type { YamlDocument } from "./yaml-text.ts";

/** A reference as it was written, and where. */
export interface WrittenReference {
  readonly reference: Reference;
  readonly place: Place;
}

/** A document that its schema accepts: all that does not depend on a tenant. */
export interface ApiConnectorDraft {
  readonly name: string;
  readonly id: string | null;
  readonly previously: string | null;
  readonly displayName: string;
  readonly targetUrl: string;
  readonly query: readonly (WrittenReference & {
    readonly key: string;
    readonly keyPlace: Place;
  })[];
  readonly username: string;
  readonly password: WrittenReference;
  readonly policy: ApiConnectorDefinition["policy"];
  readonly places: Readonly<
    Record<"name" | "id" | "previously" | "displayName" | "targetUrl" | "username", Place>
  >;
}

/** Takes from a valid document what the rules need, so that its text can be forgotten. */
export function draftOf(document: ApiConnectorDocument, yaml: YamlDocument): ApiConnectorDraft {
  const { metadata, spec, policy } = document;
  const at = (...names: string[]) => yaml.placeOf(names);
  const authentication = ["spec", "authentication", "basic"];
  // The schema does not accept a connector without: certificates are not yet supported.
  const basic = spec.authentication.basic ?? { username: "", password: {} };
  const reference = (written: Reference, names: readonly string[]): WrittenReference => ({
    reference: written,
    place: at(...names, written.env === undefined ? "file" : "env"),
  });
  return {
    name: metadata.name,
    id: metadata.id ?? null,
    previously: metadata.previously ?? null,
    displayName: spec.displayName,
    targetUrl: spec.targetUrl,
    query: Object.entries(spec.query ?? {}).map(([key, written]) => ({
      key,
      keyPlace: yaml.placeOf(["spec", "query", key], "key"),
      ...reference(written, ["spec", "query", key]),
    })),
    username: basic.username,
    password: reference(basic.password, [...authentication, "password"]),
    policy: { protect: policy?.protect ?? false, assertOnAdopt: policy?.assertOnAdopt ?? false },
    places: {
      name: at("metadata", "name"),
      id: at("metadata", "id"),
      previously: at("metadata", "previously"),
      displayName: at("spec", "displayName"),
      targetUrl: at("spec", "targetUrl"),
      username: at(...authentication, "username"),
    },
  };
}
