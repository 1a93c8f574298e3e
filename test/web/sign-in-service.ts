/** A sign-in service on this machine: it has keys, and signs any token with them. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";

export const tenantId = "11111111-2222-3333-4444-555555555555";
export const audience = "66666666-7777-8888-9999-000000000000";

export interface SignInService extends AsyncDisposable {
  readonly url: string;
  readonly issuer: string;
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** What it does when it is asked for its keys. */
  behaviour: "answer" | "fail" | "talk nonsense" | "break";
  /** An access token of an application that may read, unless it is said otherwise. */
  token(claims?: object, header?: Partial<JWTHeaderParameters>): Promise<string>;
}

const roles = ["Plumbline.Viewer"];

const application = { azp: "a-client", oid: "an-object", sub: "an-object" };

export async function startSignInService(): Promise<SignInService> {
  const { privateKey, publicKey } = await generateKeyPair("RS256");
  const keys = [{ ...(await exportJWK(publicKey)), kid: "one", use: "sig" }];
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    if (self.behaviour === "break") response.destroy();
    else if (self.behaviour === "fail") response.writeHead(500).end();
    else if (self.behaviour === "talk nonsense") response.end("<html>");
    else response.setHeader("content-type", "application/json").end(JSON.stringify({ keys }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${url}/${tenantId}/v2.0`;
  const self: SignInService = {
    ...{ url, issuer, asked, behaviour: "answer" },
    token: (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1_000);
      const usual = { iss: issuer, aud: audience, iat: now, nbf: now, exp: now + 3_600 };
      return new SignJWT({ ...usual, ...application, roles, ...claims })
        .setProtectedHeader({ alg: "RS256", kid: "one", ...header })
        .sign(privateKey);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return self;
}
