/** A practice tenant for one test, its hand-driven clock, and a caller that speaks Graph to it. */
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";

interface Shown {
  readonly id: string;
  readonly displayName: string;
  readonly targetUrl: string;
  readonly authenticationConfiguration: {
    readonly "@odata.type": string;
    readonly certificateList: readonly {
      readonly thumbprint: string;
      readonly isActive: boolean;
    }[];
  };
}

/** Whatever Graph says, in one type: a connector, a listing, an error. */
interface Said extends Shown {
  readonly value: readonly Shown[];
  readonly "@odata.nextLink"?: string;
  readonly error: { readonly code: string; readonly message: string };
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Said;
  readonly text: string;
}

export interface Practice extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** Seconds are added by hand. */
  pass(seconds: number): void;
  /** With the ready token and a JSON body; headers given here win. */
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Got>;
}

export const CONNECTORS = "/v1.0/identity/apiConnectors";

export const START = new Date("2027-01-01T00:00:00Z");

export async function practise(options: Partial<SandboxOptions> = {}): Promise<Practice> {
  let now = START.getTime();
  let made = 0;
  const sandbox = await startSandbox({
    port: 0,
    now: () => new Date(now),
    newId: () => {
      made += 1;
      return `connector-${made}`;
    },
    ...options,
  });
  return {
    sandbox,
    pass(seconds) {
      now += seconds * 1000;
    },
    async call(method, path, body, headers = {}) {
      const response = await fetch(path.startsWith("http") ? path : sandbox.url + path, {
        method,
        headers: {
          authorization: `Bearer ${sandbox.token}`,
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const json = parsed(text) as Said;
      return { status: response.status, headers: response.headers, json, text };
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  };
}

function parsed(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** What Graph wants in order to create a connector. */
export function written(displayName: string, password = "open sesame") {
  return {
    displayName,
    targetUrl: "https://api.contoso.example/hook",
    authenticationConfiguration: {
      "@odata.type": "#microsoft.graph.basicAuthentication",
      username: "entra",
      password,
    },
  };
}
