/** What git says of one field of a definition, so that a commit is known by the field that it changed. */
import type { ApiConnectorDefinition, Kind, UserFlowDefinition } from "../model/definition.ts";
import { digestOf } from "../model/digest.ts";
import type { SecretUse } from "../model/secret.ts";
import type { Desired, PlanInput } from "../plan/input.ts";

export interface Said {
  isDefined(kind: Kind, name: string): boolean;
  /** A digest; null: nothing. An empty path: which live object is meant. */
  of(kind: Kind, name: string, path: string): string | null;
}

export function saidIn({ desired, flows }: Pick<PlanInput, "desired" | "flows">): Said {
  const connectorOf = (name: string) => desired.find(({ definition }) => definition.name === name);
  const flowOf = (name: string) => flows.find((one) => one.name === name);
  return {
    isDefined: (kind, name) =>
      (kind === "UserFlow" ? flowOf(name) : connectorOf(name)) !== undefined,
    of(kind, name, path) {
      const [connector, flow] = [connectorOf(name), flowOf(name)];
      const said =
        kind === "UserFlow"
          ? flow && ofFlow(flow, path)
          : connector && ofConnector(connector, path);
      return said === undefined ? null : digestOf(JSON.stringify(said, withoutPlaces));
    },
  };
}

/** undefined: nothing. */
function ofFlow({ name, steps }: UserFlowDefinition, path: string): unknown {
  return path === "" ? name : steps.find(({ step }) => path.endsWith(`.${step}`))?.connector;
}

/** undefined: nothing. */
function ofConnector({ definition, secrets }: Desired, path: string): unknown {
  const { displayName, targetUrl, query, authentication } = definition;
  switch (path) {
    case "":
      return meant(definition);
    case "spec.displayName":
      return displayName;
    case "spec.targetUrl":
      return targetUrl;
    default: {
      // Microsoft Graph takes an authentication as a whole.
      if (path.startsWith("spec.authentication")) return authentication;
      const parameter = query.find(({ value }) => value.path === path);
      return parameter && ofSecret(parameter.value, secrets[path]);
    }
  }
}

/** By what its live object is found. */
function meant({ id, previously, displayName }: ApiConnectorDefinition): unknown {
  return [id, previously, displayName];
}

/** Of a secret, git says where it is; of a literal, what it is. */
function ofSecret({ source }: SecretUse, secret: Desired["secrets"][string] | undefined): unknown {
  if (source.type !== "literal") return source;
  return secret && "fingerprint" in secret ? secret.fingerprint : null;
}

function withoutPlaces(key: string, value: unknown): unknown {
  return key === "at" ? undefined : value;
}
