// A Graph that answers every listing at once with the same page: what is left is the client's cost.
// Run as a process of its own, so that its work is not counted as ours.
import { createServer } from "node:http";

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
const page = JSON.stringify({
  "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/apiConnectors",
  value,
});
const headers = {
  "content-type": "application/json",
  "content-length": Buffer.byteLength(page),
  "request-id": "00000000-0000-4000-8000-000000000000",
};

let requests = 0;
const server = createServer((request, response) => {
  if (request.method !== "GET") {
    response.writeHead(405).end();
  } else if (request.url === "/requests") {
    response.end(String(requests));
    requests = 0;
  } else {
    requests++;
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
