/**
 * A process of its own, because NODE_EXTRA_CA_CERTS is read when a process starts. Signs in with
 * each of the credentials given as JSON, lists, and prints what came of it, one line each.
 */
import { FaultError } from "../../src/model/fault.ts";
import { Secret } from "../../src/model/secret.ts";
import { systemClock } from "../../src/model/system-clock.ts";
import { type Credential, openAccess, openReader } from "../../src/tenant/tenant.ts";
import { plainRedactor } from "./scripted-graph.ts";

interface Case {
  readonly graph: string;
  readonly authority: string;
  readonly tenantId: string;
  readonly clientId: string;
  readonly type: "clientSecret" | "clientCertificate" | "workloadIdentity";
  /** The client secret, or the certificate as PEM. */
  readonly secret: string;
  /** Milliseconds for a try; default: 10,000. */
  readonly timeout?: number;
}

function credentialOf({ type, clientId, secret }: Case): Credential {
  switch (type) {
    case "clientSecret":
      return { type, clientId, secret: new Secret(secret) };
    case "clientCertificate":
      return { type, clientId, certificate: new Secret(secret), passphrase: null };
    case "workloadIdentity":
      return { type, clientId: null };
  }
}

for (const each of JSON.parse(process.argv[2] ?? "[]") as Case[]) {
  const { graph, authority, tenantId, timeout = 10_000 } = each;
  const access = openAccess({
    tenant: { name: "practice", graph, tenantId },
    authority,
    credential: credentialOf(each),
    budget: 50,
    redactor: plainRedactor(),
    clock: systemClock,
    timeout,
  });
  try {
    const reader = openReader(access);
    const listings = await Promise.all([reader.list("ApiConnector"), reader.list("ApiConnector")]);
    console.log(JSON.stringify({ listed: listings.map((listing) => listing.length) }));
  } catch (thrown) {
    if (!(thrown instanceof FaultError)) throw thrown;
    console.log(JSON.stringify({ fault: thrown.fault }));
  }
}
