/**
 * `/identity/b2xUserFlows` and `/identity/b2cUserFlows` of the practice tenant, as far as API
 * connectors go: flows are read, and their steps are bound and unbound.
 * https://learn.microsoft.com/graph/api/resources/b2xidentityuserflow and
 * https://learn.microsoft.com/graph/api/resources/b2cidentityuserflow
 */
import { shownConnector } from "./api-connector.ts";
import { type Family, familyOf, stepsOf, withBinding } from "./binding.ts";
import { bad, isFilled, type Read, readObject } from "./json-body.ts";
import { listPage } from "./page.ts";
import { segmentsOf } from "./path-segments.ts";
import {
  AADB2C,
  type Call,
  type JsonObject,
  methodNotAllowed,
  type Reply,
  type Resource,
  refuse,
  succeed,
  unknownSegment,
} from "./reply.ts";
import type { Step, StoredConnector, StoredUserFlow, TenantState } from "./tenant-state.ts";

/** In v1.0 and beta. */
export const b2xUserFlows = createResource("b2x", ["v1.0", "beta"]);

/** In beta alone: v1.0 does not know the segment. */
export const b2cUserFlows = createResource("b2c", ["beta"]);

const READ_WRITE = "IdentityUserFlow.ReadWrite.All";

function createResource(family: Family, versions: Resource["versions"]): Resource {
  const collection = `${family}UserFlows`;
  return {
    collection: collection.toLowerCase(),
    versions,
    // The page on apiConnectorConfiguration lists ReadWrite.All alone, for reading it too.
    roles: (method, [, configuration]) =>
      method === "GET" && configuration === undefined
        ? ["IdentityUserFlow.Read.All", READ_WRITE]
        : [READ_WRITE],
    reply(call, state) {
      const [id, configuration, ...rest] = call.segments;
      if (id?.startsWith("$")) return refuse(501, AADB2C, `The sandbox does not support ${id}.`);
      if (configuration === undefined) return replyForFlows(id ?? null, collection, call, state);
      if (configuration.toLowerCase() !== "apiconnectorconfiguration") {
        return unknownSegment(configuration);
      }
      const found = findFlow(id ?? "", collection, state);
      return found.ok ? replyForConfiguration(found.value, collection, rest, call, state) : found;
    },
  };
}

/** All, or the one with this id. Creating, changing and deleting flows is for the control. */
function replyForFlows(
  id: string | null,
  collection: string,
  call: Call,
  state: TenantState,
): Reply {
  if (call.method !== "GET") {
    return refuse(501, AADB2C, `The sandbox does not support ${call.method} of user flows.`);
  }
  if (id === null) {
    const flows = state.userFlows.filter((flow) => isIn(collection, flow));
    return listPage(call, state, `identity/${collection}`, flows.map(shownFlow));
  }
  const option = unsupported(call, []);
  if (option !== undefined) return bad(`The sandbox does not support ${option} here.`);
  const found = findFlow(id, collection, state);
  if (!found.ok) return found;
  const context = `${call.root}/$metadata#identity/${collection}/$entity`;
  return succeed(200, { "@odata.context": context, ...shownFlow(found.value) }, state);
}

/**
 * `apiConnectorConfiguration` is empty here whatever is bound, as the note on
 * https://learn.microsoft.com/graph/api/identitycontainer-post-b2xuserflows says.
 */
function shownFlow({ id, userFlowType, userFlowTypeVersion }: StoredUserFlow): JsonObject {
  return {
    id,
    userFlowType,
    userFlowTypeVersion,
    ...(familyOf(id) === "b2c" && {
      isLanguageCustomizationEnabled: false,
      defaultLanguageTag: null,
    }),
    apiConnectorConfiguration: {},
  };
}

function isIn(collection: string, { id }: StoredUserFlow): boolean {
  return collection === `${familyOf(id)}UserFlows`;
}

function findFlow(id: string, collection: string, state: TenantState): Read<StoredUserFlow> {
  const flow = state.userFlows.find(
    (each) => isIn(collection, each) && each.id.toLowerCase() === id.toLowerCase(),
  );
  if (flow !== undefined) return { ok: true, value: flow };
  return refuse(404, AADB2C, `There is no user flow with the id '${id}'.`);
}

function replyForConfiguration(
  flow: StoredUserFlow,
  collection: string,
  segments: readonly string[],
  call: Call,
  state: TenantState,
): Reply {
  const [asked, ref, ...rest] = segments;
  if (stepsOf(flow).length === 0) {
    const { userFlowType: type, userFlowTypeVersion: version } = flow;
    return bad(`A user flow of type ${type} and version ${version} takes no API connectors.`);
  }
  if (asked === undefined) {
    if (call.method !== "GET") return methodNotAllowed(call.method, ["GET"]);
    return showConfiguration(flow, collection, call, state);
  }
  const step = findStep(asked, flow, call);
  if (step === undefined) return unknownSegment(asked);
  if (ref === undefined) {
    // Generated clients offer the connector itself here. What a DELETE does is documented nowhere.
    return refuse(501, AADB2C, "The sandbox does not support connectors through their user flow.");
  }
  if (ref !== "$ref" || rest.length > 0) return unknownSegment(rest[0] ?? ref);
  // Only generated clients know GET and DELETE of $ref: unbinding is a PUT too.
  if (call.method !== "PUT") return methodNotAllowed(call.method, ["PUT"]);
  return putReference(flow, step, call, state);
}

function findStep(name: string, flow: StoredUserFlow, call: Call): Step | undefined {
  return stepsOf(flow).find((each) => nameOf(each, call).toLowerCase() === name.toLowerCase());
}

/** In Graph. Nobody has documented which of its two names the step before the token goes by. */
function nameOf(step: Step, { settings }: Call): string {
  return step === "preTokenIssuance" ? settings.tokenStep : step;
}

/** https://learn.microsoft.com/graph/api/b2xidentityuserflow-get-apiconnectorconfiguration */
function showConfiguration(
  flow: StoredUserFlow,
  collection: string,
  call: Call,
  state: TenantState,
): Reply {
  const option = unsupported(call, ["$expand"]);
  if (option !== undefined) return bad(`The sandbox does not support ${option} here.`);
  const names = (call.query.get("$expand") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const unknown = names.find((name) => findStep(name, flow, call) === undefined);
  if (unknown !== undefined) {
    return bad(
      `Could not find a property named '${unknown}' on type 'microsoft.graph.userFlowApiConnectorConfiguration'.`,
    );
  }
  const steps = stepsOf(flow).filter((step) =>
    names.some((name) => findStep(name, flow, call) === step),
  );
  const context = `${call.root}/$metadata#identity/${collection}('${flow.id}')/apiConnectorConfiguration`;
  const expanded =
    steps.length === 0 ? "" : `(${steps.map((step) => `${nameOf(step, call)}()`).join(",")})`;
  const shown = steps.flatMap((step) =>
    Object.entries(shownStep(flow, step, context, call, state)),
  );
  const body = { "@odata.context": `${context}${expanded}`, ...Object.fromEntries(shown) };
  return succeed(200, body, state);
}

/** What an unbound step looks like is not documented: null, as OData has it. */
function shownStep(
  flow: StoredUserFlow,
  step: Step,
  context: string,
  call: Call,
  state: TenantState,
): JsonObject {
  const name = nameOf(step, call);
  const connector = state.connectors.find(({ id }) => id === flow.apiConnectors[step]);
  if (connector === undefined) return { [name]: null };
  const type = "microsoft.graph.userFlowApiConnectorConfiguration";
  return {
    [`${name}@odata.context`]: `${context}/${type}/${name}/$entity`,
    [name]: shownConnector(connector, call.now),
  };
}

/**
 * Binds a step, or unbinds it with an empty object.
 * https://learn.microsoft.com/graph/api/b2xidentityuserflow-put-apiconnectorconfiguration
 */
function putReference(flow: StoredUserFlow, step: Step, call: Call, state: TenantState): Reply {
  const body = readObject(call.contentType, call.body);
  if (!body.ok) return body;
  const target =
    Object.keys(body.value).length === 0 ? null : findTarget(body.value["@odata.id"], call, state);
  if (target !== null && !target.ok) return target;
  const connectorId = target?.value.id ?? null;
  const before = flow.apiConnectors[step] ?? null;
  if (connectorId === before) {
    const isConflict = connectorId !== null && call.settings.bindAgain === 409;
    return isConflict
      ? refuse(
          409,
          AADB2C,
          `The API connector '${connectorId}' is bound to ${nameOf(step, call)} already.`,
        )
      : succeed(204, null, state);
  }
  const after = withBinding(flow, step, connectorId);
  const userFlows = state.userFlows.map((each) => (each === flow ? after : each));
  return succeed(204, null, { ...state, userFlows });
}

/** The connector that an `@odata.id` names: by root and version of this very service. */
function findTarget(reference: unknown, call: Call, state: TenantState): Read<StoredConnector> {
  const root = `${call.root}/`;
  if (!isFilled(reference) || !reference.toLowerCase().startsWith(root.toLowerCase())) {
    return bad(`@odata.id must be the URL of an API connector that begins with ${root}`);
  }
  const [identity, collection, id, ...rest] = segmentsOf(reference.slice(root.length));
  const place = `${identity}/${collection}`.toLowerCase();
  if (place !== "identity/apiconnectors" || id === undefined || rest.length > 0) {
    return bad("@odata.id must name an API connector: identity/apiConnectors/{id}.");
  }
  const connector = state.connectors.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (connector !== undefined) return { ok: true, value: connector };
  return refuse(404, AADB2C, `There is no API connector with the id '${id}'.`);
}

function unsupported(call: Call, supported: readonly string[]): string | undefined {
  return [...call.query.keys()].find((key) => key.startsWith("$") && !supported.includes(key));
}
