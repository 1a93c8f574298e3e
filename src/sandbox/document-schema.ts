/** JSON Schema (2020-12) of the practice tenant's document. */

const text = { type: ["string", "null"] };

const instant = {
  type: ["string", "integer"],
  pattern: "^\\d{4}-\\d\\d-\\d\\d([Tt]\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?([Zz]|[+-]\\d\\d:\\d\\d))?$",
};

const certificate = {
  type: "object",
  additionalProperties: false,
  required: ["notBefore", "notAfter"],
  properties: { thumbprint: text, notBefore: instant, notAfter: instant },
};

const connector = {
  type: "object",
  additionalProperties: false,
  properties: {
    id: { type: "string", minLength: 1 },
    displayName: text,
    targetUrl: text,
    authentication: {
      type: ["object", "null"],
      additionalProperties: false,
      minProperties: 1,
      maxProperties: 1,
      properties: {
        basic: {
          type: "object",
          additionalProperties: false,
          properties: { username: text, password: text },
        },
        certificates: { type: "array", items: certificate },
      },
    },
  },
};

const userFlow = {
  type: "object",
  additionalProperties: false,
  required: ["id"],
  properties: {
    id: { type: "string" },
    userFlowType: {
      type: "string",
      enum: [
        "signUp",
        "signIn",
        "signUpOrSignIn",
        "passwordReset",
        "profileUpdate",
        "resourceOwner",
      ],
    },
    userFlowTypeVersion: { type: "number", minimum: 1 },
    apiConnectors: {
      type: "object",
      additionalProperties: false,
      properties: {
        postFederationSignup: text,
        postAttributeCollection: text,
        preTokenIssuance: text,
      },
    },
  },
};

const app = {
  type: "object",
  additionalProperties: false,
  required: ["clientId", "clientSecret", "roles"],
  properties: {
    clientId: { type: "string", minLength: 1 },
    clientSecret: { type: "string", minLength: 1 },
    roles: { type: "array", items: { type: "string", minLength: 1 } },
  },
};

export const DOCUMENT_SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["apiVersion", "kind"],
  properties: {
    apiVersion: { const: "plumbline/v1" },
    kind: { const: "Sandbox" },
    connectors: { type: "array", items: connector },
    userFlows: { type: "array", items: userFlow },
    apps: { type: "array", items: app },
  },
};
