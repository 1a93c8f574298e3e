/** A sign-in service over HTTPS that refuses everyone, and gives back what they said. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { makeTlsIdentity } from "../src/sandbox/tls-identity.ts";
import { spellings } from "./canaries.ts";

export interface EchoingAuthority extends AsyncDisposable {
  readonly url: string;
  /** PEM, to be trusted. */
  readonly ca: string;
  /** Every client secret that came. */
  readonly secrets: ReadonlySet<string>;
}

export async function startEchoingAuthority(): Promise<EchoingAuthority> {
  const { key, cert } = await makeTlsIdentity();
  const secrets = new Set<string>();
  let url = "";
  const server = createServer({ key, cert }, async (incoming, response) => {
    const form = await text(incoming);
    const isToken = incoming.method === "POST";
    const secret = new URLSearchParams(form).get("client_secret");
    if (secret !== null) secrets.add(secret);
    response.writeHead(isToken ? 401 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(isToken ? refusal(form, secret ?? "") : description(url)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ca: cert,
    secrets,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Of no kind that is known, so that its own words are shown. */
function refusal(form: string, secret: string): object {
  const said = `${spellings(secret).join(" ")} ${form}`;
  return {
    error: "invalid_client",
    error_description: `AADSTS7999999: Not the secret: ${said}`,
    error_codes: [7999999],
    error_uri: `https://login.example/error?code=${encodeURIComponent(secret)}`,
  };
}

function description(url: string): object {
  const root = `${url}/directory`;
  return {
    token_endpoint: `${root}/oauth2/v2.0/token`,
    authorization_endpoint: `${root}/oauth2/v2.0/authorize`,
    jwks_uri: `${root}/discovery/v2.0/keys`,
    issuer: `${root}/v2.0`,
  };
}
