/**
 * `/identity/apiConnectors` of the practice tenant: a call and the tenant's state in, a reply and the
 * state after it out. https://learn.microsoft.com/graph/api/resources/identityapiconnector
 */
import { readBody } from "./api-connector-body.ts";
import { usersOf, withoutConnector } from "./binding.ts";
import { readUpload } from "./client-certificate.ts";
import { bad, type Read } from "./json-body.ts";
import { listPage } from "./page.ts";
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
import type { StoredAuthentication, StoredConnector, TenantState } from "./tenant-state.ts";

/** Azure AD B2C service limits: API connectors per tenant. */
const MOST_CONNECTORS = 20;

/** What Graph shows in place of every password. */
const MASK = "******";

export const apiConnectors: Resource = {
  collection: "apiconnectors",
  versions: ["v1.0", "beta"],
  roles: (method) =>
    method === "GET"
      ? ["APIConnectors.Read.All", "APIConnectors.ReadWrite.All"]
      : ["APIConnectors.ReadWrite.All"],
  reply(call, state) {
    const [id, action, ...rest] = call.segments;
    if (id === undefined) return replyForAll(call, state);
    if (id.startsWith("$")) return refuse(501, AADB2C, `The sandbox does not support ${id}.`);
    if (action === undefined) return replyForOne(id, call, state);
    const isUpload = /^(microsoft\.graph\.)?uploadclientcertificate$/i.test(action);
    if (!isUpload || rest.length > 0) return unknownSegment(isUpload ? (rest[0] ?? "") : action);
    if (call.method !== "POST") return methodNotAllowed(call.method, ["POST"]);
    return upload(id, call, state);
  },
};

/** As a GET shows it: no password, no PFX; `isActive` as it is at this instant. */
export function shownConnector(connector: StoredConnector, now: Date): JsonObject {
  return {
    id: connector.id,
    displayName: connector.displayName,
    targetUrl: connector.targetUrl,
    authenticationConfiguration: shownAuthentication(connector.authentication, now),
  };
}

/**
 * The connector with one more certificate, from the body of uploadClientCertificate. One that it has
 * already is not there twice, but the newest from now on.
 */
export function withUpload(
  connector: StoredConnector,
  contentType: string | null,
  text: string,
): Read<StoredConnector> {
  const { authentication } = connector;
  if (authentication?.type !== "certificates") {
    return bad(
      "The API connector has no certificates to add to: write its authenticationConfiguration as pkcs12Certificate first.",
    );
  }
  const read = readUpload(contentType, text);
  if (!read.ok) return read;
  const older = authentication.certificates.filter(
    ({ thumbprint }) => thumbprint?.toUpperCase() !== read.value.thumbprint,
  );
  const certificates = [...older, read.value];
  return {
    ok: true,
    value: { ...connector, authentication: { type: "certificates", certificates } },
  };
}

function shownAuthentication(authentication: StoredAuthentication | null, now: Date) {
  if (authentication === null) return null;
  if (authentication.type === "basic") {
    return {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: authentication.username,
      password: MASK,
    };
  }
  const seconds = now.getTime() / 1000;
  const active = authentication.certificates.findLastIndex(
    ({ notBefore, notAfter }) => notBefore <= seconds && seconds < notAfter,
  );
  return {
    "@odata.type": "#microsoft.graph.clientCertificateAuthentication",
    certificateList: authentication.certificates.map((certificate, index) => ({
      thumbprint: certificate.thumbprint,
      notAfter: certificate.notAfter,
      notBefore: certificate.notBefore,
      isActive: index === active,
    })),
  };
}

function replyForAll(call: Call, state: TenantState): Reply {
  switch (call.method) {
    case "GET":
      return listPage(
        call,
        state,
        "identity/apiConnectors",
        state.connectors.map((connector) => shownConnector(connector, call.now)),
      );
    case "POST":
      return create(call, state);
    default:
      return methodNotAllowed(call.method, ["GET", "POST"]);
  }
}

function replyForOne(id: string, call: Call, state: TenantState): Reply {
  if (!["GET", "PATCH", "DELETE"].includes(call.method)) {
    return methodNotAllowed(call.method, ["GET", "PATCH", "DELETE"]);
  }
  const found = findConnector(id, call, state);
  if (!found.ok) return found;
  const connector = found.value;
  if (call.method === "PATCH") return patch(connector, call, state);
  if (call.method === "DELETE") return remove(connector, call, state);
  return succeed(200, shownEntity(connector, call), state);
}

function findConnector(id: string, call: Call, state: TenantState): Read<StoredConnector> {
  const option = [...call.query.keys()].find((key) => key.startsWith("$"));
  if (option !== undefined) {
    return refuse(400, AADB2C, `The sandbox does not support ${option} here.`);
  }
  const connector = state.connectors.find((each) => each.id.toLowerCase() === id.toLowerCase());
  if (connector !== undefined) return { ok: true, value: connector };
  return refuse(404, AADB2C, `There is no API connector with the id '${id}'.`);
}

function shownEntity(connector: StoredConnector, call: Call): JsonObject {
  const context = `${call.root}/$metadata#identity/apiConnectors/$entity`;
  return { "@odata.context": context, ...shownConnector(connector, call.now) };
}

function create(call: Call, state: TenantState): Reply {
  const body = readBody(call.contentType, call.body, "create");
  if (!body.ok) return body;
  if (state.connectors.length >= MOST_CONNECTORS) {
    return refuse(
      400,
      AADB2C,
      `The tenant has reached its limit of ${MOST_CONNECTORS} API connectors. Delete one first.`,
    );
  }
  const connector: StoredConnector = {
    displayName: null,
    targetUrl: null,
    authentication: null,
    ...body.value,
    id: call.newId(),
  };
  const next = { ...state, connectors: [...state.connectors, connector] };
  return succeed(201, shownEntity(connector, call), next);
}

function patch(connector: StoredConnector, call: Call, state: TenantState): Reply {
  const body = readBody(call.contentType, call.body, "patch");
  if (!body.ok) return body;
  return succeed(204, null, replaced(connector, { ...connector, ...body.value }, state));
}

/** Whether a connector may go while a user flow calls it is documented nowhere: a setting says. */
function remove(connector: StoredConnector, call: Call, state: TenantState): Reply {
  const users = usersOf(connector, state);
  const { deleteInUse } = call.settings;
  if (users.length > 0 && deleteInUse !== 204) {
    const message = `The API connector '${connector.id}' is in use by ${users.join(", ")}.`;
    return refuse(deleteInUse, AADB2C, message);
  }
  return succeed(204, null, withoutConnector(connector, state));
}

function upload(id: string, call: Call, state: TenantState): Reply {
  const found = findConnector(id, call, state);
  if (!found.ok) return found;
  const changed = withUpload(found.value, call.contentType, call.body);
  if (!changed.ok) return changed;
  const next = replaced(found.value, changed.value, state);
  return succeed(200, shownEntity(changed.value, call), next);
}

/** The tenant with `after` in the place of `before`. */
export function replaced(
  before: StoredConnector,
  after: StoredConnector,
  state: TenantState,
): TenantState {
  const connectors = state.connectors.map((each) => (each === before ? after : each));
  return { ...state, connectors };
}
