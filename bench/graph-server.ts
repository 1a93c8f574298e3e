// A Graph that answers every read at once with the same text: what is left is the client's cost. Its
// tenant has some connectors, and user flows that each call one of them.
// Run as a process of its own, so that its work is not counted as ours.
import { createServer } from "node:http";

import { flows } from "./pages.ts";

const connectors = Number(process.argv[2]);
const value = Array.from({ length: connectors }, (_, index) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  displayName: `Connector ${index}`,
  targetUrl: `https://connector-${index}.api.contoso.example/entra/sign-up`,
  authenticationConfiguration: {
    "@odata.type": "#microsoft.graph.basicAuthentication",
    username: "entra",
    password: "******",
  },
}));
const listing = (collection: string, value: readonly object[]) =>
  JSON.stringify({ "@odata.context": `https://graph/$metadata#identity/${collection}`, value });
const flow = { userFlowType: "signUpOrSignIn", userFlowTypeVersion: 1 };
const pages: readonly (readonly [RegExp, string])[] = [
  [/apiConnectors$/, listing("apiConnectors", value)],
  [
    /b2xUserFlows$/,
    listing(
      "b2xUserFlows",
      flows.map((id) => ({ id, ...flow })),
    ),
  ],
  [/b2cUserFlows$/, listing("b2cUserFlows", [])],
  // Nobody changed anything.
  [/directoryAudits/, listing("directoryAudits", [])],
  [
    /apiConnectorConfiguration\?/,
    JSON.stringify({ postFederationSignup: value[0], postAttributeCollection: null }),
  ],
];

let requests = 0;
const server = createServer((request, response) => {
  if (request.method !== "GET") {
    response.writeHead(405).end();
  } else if (request.url === "/requests") {
    response.end(String(requests));
    requests = 0;
  } else {
    requests++;
    const [, page = "{}"] = pages.find(([path]) => path.test(request.url ?? "")) ?? [];
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(page),
      "request-id": "00000000-0000-4000-8000-000000000000",
    };
    response.writeHead(200, headers).end(page);
  }
});
// Connections stay open between measurements, as they do with Graph.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.(typeof address === "object" ? address?.port : null);
});
process.on("disconnect", () => process.exit());
