/** The tokens of `http.access`: read before anything is begun, and those in files again when they change. */
import type { Logger } from "pino";
import type { Clock } from "../../model/clock.ts";
import type { Secret, Secrets } from "../../model/secret.ts";
import type { AccessOptions, AccessToken } from "../../web/access.ts";
import { openAccess } from "../../web/access.ts";
import type { AccessSettings, TokenSettings } from "../configuration/access-settings.ts";

/** Milliseconds between two looks at the files. */
const EVERY = 5_000;

export interface AccessTokens {
  /** With the tokens that were read first; null: nobody has to say who they are. */
  readonly access: AccessOptions | null;
  /** Reads the files again. */
  readonly look: () => Promise<Looked>;
  /** What `look` answered is what it compares with from now on. */
  readonly keep: (tokens: readonly AccessToken[]) => void;
}

export interface Looked {
  /** All of them, where one is another by now; null: none is. */
  readonly tokens: readonly AccessToken[] | null;
  /** Why some stay as they were: they cannot be read or used. */
  readonly faults: readonly unknown[];
}

const nothing: Looked = { tokens: null, faults: [] };

/** Throws a FaultError for a token that cannot be read or used, with the place that names it. */
export async function openAccessTokens(
  settings: AccessSettings | null,
  secrets: Pick<Secrets, "resolve">,
): Promise<AccessTokens> {
  if (settings === null) {
    return { access: null, look: async () => nothing, keep: () => undefined };
  }
  const { tokens, entra } = settings;
  const read = async (one: TokenSettings): Promise<AccessToken> => {
    const { name, role, token: use } = one;
    return { name, role, token: await secrets.resolve(use), at: use.at };
  };
  const readUsable = async (one: TokenSettings) => {
    const token = await read(one);
    openAccess({ tokens: [token], entra: null });
    return { token };
  };
  let held: readonly AccessToken[] = [];
  for (const one of tokens) held = [...held, await read(one)];
  const access = { tokens: held, entra };
  openAccess(access);
  return {
    access,
    async look() {
      const before = held;
      const looked = await Promise.all(
        before.map(async (kept, index): Promise<Read> => {
          const one = tokens[index];
          if (one?.token.source.type !== "file") return { token: kept };
          // One that fails keeps no other from being taken away.
          return await readUsable(one).catch((fault: unknown) => ({ token: kept, fault }));
        }),
      );
      const told = keepShared(looked, before);
      const next = told.map(({ token }) => token);
      const faults = told.flatMap((one) => ("fault" in one ? [one.fault] : []));
      const isSame = next.every(({ token }, index) => isEqual(token, before[index]?.token));
      return { tokens: isSame ? null : next, faults };
    },
    keep(next) {
      held = next;
    },
  };
}

/** One token as a look at its file left it. */
interface Read {
  readonly token: AccessToken;
  /** Why it is the one that there was; left out: nothing is wrong. */
  readonly fault?: unknown;
}

/** What has become another's token stays as it was, and keeps no other from being taken away either. */
function keepShared(looked: readonly Read[], held: readonly AccessToken[]): readonly Read[] {
  const kept = looked.map(({ token, ...read }, index): Read => {
    const before = held[index];
    if (before === undefined || isEqual(token.token, before.token)) return { token, ...read };
    const holders = looked.filter((one) => isEqual(one.token.token, token.token));
    const fault = faultOf(holders.map((one) => one.token));
    return fault === null ? { token, ...read } : { token: before, fault };
  });
  // What stays as it was may be what another has become.
  const isSettled = kept.every(({ token }, index) => token === looked[index]?.token);
  return isSettled ? kept : keepShared(kept, held);
}

/** null: they can be used together. */
function faultOf(tokens: readonly AccessToken[]): unknown {
  try {
    openAccess({ tokens, entra: null });
    return null;
  } catch (fault) {
    return fault;
  }
}

function isEqual(one: Secret, other: Secret | undefined): boolean {
  return one.reveal() === other?.reveal();
}

export interface Following {
  /** Takes the tokens in the place of those before, or throws and keeps them. */
  readonly renew: (tokens: readonly AccessToken[]) => void;
  /** Told each token, before it is used. */
  readonly redact: (token: Secret) => void;
  readonly log: Pick<Logger, "info" | "error">;
  readonly clock: Pick<Clock, "sleep">;
}

/** Looks for other tokens until it is disposed of. What cannot be read or used leaves those before. */
export function followTokens(tokens: AccessTokens, following: Following): Disposable {
  const { log, clock } = following;
  const stop = new AbortController();
  let said: string | null = null;
  const look = async () => {
    try {
      await takeOver(tokens, following);
      if (said !== null) log.info("the tokens of http.access can be read again");
      said = null;
    } catch (err) {
      const reason = err instanceof Error ? err.message : String(err);
      if (reason !== said) log.error({ err }, `a token of http.access stays as it was. ${reason}`);
      said = reason;
    }
  };
  const follow = async () => {
    while (!stop.signal.aborted) {
      await clock.sleep(EVERY, stop.signal);
      await look();
    }
  };
  follow().catch((err: unknown) => {
    if (!stop.signal.aborted) log.error({ err }, "tokens of http.access are no longer read again");
  });
  return { [Symbol.dispose]: () => stop.abort() };
}

async function takeOver(tokens: AccessTokens, { renew, redact, log }: Following): Promise<void> {
  const { tokens: next, faults } = await tokens.look();
  if (next !== null) {
    for (const { token } of next) redact(token);
    renew(next);
    tokens.keep(next);
    log.info("the tokens of http.access have changed; what went by those before has ended");
  }
  if (faults.length > 0) throw faults[0];
}
