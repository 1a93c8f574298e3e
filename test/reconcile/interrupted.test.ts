import { expect, test } from "vitest";
import type { TenantWriter } from "../../src/model/tenant.ts";
import type { Subject } from "../../src/reconcile/subject.ts";
import type { InjectedFault } from "../../src/sandbox/injected-fault.ts";
import { certificateOpener } from "../../src/secrets/certificate.ts";
import { type MadeCertificate, makeCertificate } from "../certificates.ts";
import { allowing } from "../plan/builders.ts";
import { connector, openPractice, type Practice, told } from "./practice-tenant.ts";

/** One for all runs: opening a certificate takes longer than any of them. */
const openCertificate = certificateOpener();

/** More than any of these runs takes. */
const mostSteps = 40;

/** How many more times a process asks its store or its tenant for something before it dies. */
interface Life {
  left: number;
}

/** The same port, which does nothing more once its process is dead. */
function mortal<T extends object>(port: T, life: Life): T {
  return new Proxy(port, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof member !== "function") return member;
      return async (...given: unknown[]) => {
        life.left -= 1;
        if (life.left < 0) throw new Error("The process was killed.");
        return Reflect.apply(member, target, given);
      };
    },
  });
}

/** Longer than a write takes to settle: a throttled or slow request may wait so long for its turn. */
const turn = 20_000;

/** Whose requests to write take their time before Graph has them. */
function slow(writer: TenantWriter, { clock }: Practice): TenantWriter {
  return {
    ...writer,
    create: (...given) => {
      clock.advance(turn);
      return writer.create(...given);
    },
    update: (...given) => {
      clock.advance(turn);
      return writer.update(...given);
    },
    delete: (...given) => {
      clock.advance(turn);
      return writer.delete(...given);
    },
    upload: (...given) => {
      clock.advance(turn);
      return writer.upload(...given);
    },
  };
}

function mortalSubject(practice: Practice, life: Life): Subject {
  const { store, reader, writer, ...rest } = practice.subject({ policy: deleting });
  return {
    ...rest,
    store: mortal(store, life),
    reader: mortal(reader, life),
    writer: writer && mortal(slow(writer, practice), life),
  };
}

const managed = { "a.yaml": connector("a") };
const byHand = (targetUrl: string) => ({
  displayName: "a",
  targetUrl,
  authentication: { basic: { username: "entra", password: "secret of A_PASSWORD" } },
});

// Runs begin on 2026-08-20 at 08:01.
const old = await makeCertificate({ notBefore: "2025-09-01", notAfter: "2026-12-01" });
const current = await makeCertificate({ notBefore: "2026-08-01", notAfter: "2027-08-01" });

const byCertificate = (policy = "") =>
  connector("a", { policy }).replace(
    /authentication: .*/,
    "authentication: { certificate: { pfx: { env: A_PFX }, passphrase: { env: A_PASSPHRASE } } }",
  );

function point(practice: Practice, { base64, passphrase }: MadeCertificate): void {
  practice.setEnv("A_PFX", base64);
  practice.setEnv("A_PASSPHRASE", passphrase);
}

/** A connector with the old certificate, whose definition names the new one. */
async function rotating(practice: Practice, policy = ""): Promise<void> {
  practice.define({ "a.yaml": byCertificate(policy) });
  point(practice, old);
  await practice.run();
  point(practice, current);
}

const withCertificates = (...certificates: readonly MadeCertificate[]) => ({
  ...byHand("https://a.contoso.com/"),
  authentication: {
    certificates: certificates.map(({ thumbprint, notBefore, notAfter }) => ({
      thumbprint,
      notBefore,
      notAfter,
    })),
  },
});

/** A connector beside the managed one, whose definition has gone; deletes are carried out at once. */
async function leaving(practice: Practice): Promise<void> {
  practice.define({ ...managed, "z.yaml": connector("z") });
  await practice.run();
  practice.define(managed);
}

const deleting = allowing(["adopt", "create", "update", "delete"], {
  deleteAfter: 0,
  limits: { deletes: 1, deletePercent: 50, changes: null },
});

/** What must be live in the end, where it is another than the connector with its password. */
const wanted: Readonly<Record<string, object>> = {
  "a create with a certificate": withCertificates(current),
  "an upload of a certificate": withCertificates(old, current),
  "an upload whose answer is lost": withCertificates(old, current),
  "a password that gives way to a certificate": withCertificates(current),
  "a retirement of older certificates": withCertificates(current),
};

/** What is there before the run that dies. */
const situations: Readonly<Record<string, (practice: Practice) => Promise<void>>> = {
  "a create with a certificate": async (practice) => {
    practice.define({ "a.yaml": byCertificate() });
    point(practice, current);
  },
  "an upload of a certificate": async (practice) => {
    await rotating(practice);
  },
  "an upload whose answer is lost": async (practice) => {
    await rotating(practice);
    practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  },
  "a password that gives way to a certificate": async (practice) => {
    await practice.run();
    practice.define({ "a.yaml": byCertificate() });
    point(practice, current);
  },
  "a certificate that gives way to a password": async (practice) => {
    practice.define({ "a.yaml": byCertificate() });
    point(practice, current);
    await practice.run();
    practice.define(managed);
  },
  "a retirement of older certificates": async (practice) => {
    await rotating(practice, "retire: afterRotation, retireAfter: 5d");
    await practice.run();
    practice.clock.advance(6 * 86_400_000);
  },
  "a create": async () => {},
  "a create whose answer is lost": async ({ sandbox }) => {
    sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
  },
  "an update with a password": async (practice) => {
    practice.setEnv("A_PASSWORD", "the one before");
    await practice.run();
    practice.setEnv("A_PASSWORD", "secret of A_PASSWORD");
  },
  "a delete": leaving,
  "a delete whose answer is lost": async (practice) => {
    await leaving(practice);
    practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "DELETE" });
  },
  "a lost create whose definition has gone": async (practice) => {
    await practice.run();
    practice.define({ ...managed, "z.yaml": connector("z") });
    practice.sandbox.control.injectFault({ kind: "drop-after-effect", method: "POST" });
    practice.sandbox.control.injectFault({
      kind: "status",
      path: "apiConnectors",
      status: 400,
      method: "GET",
      skip: 1,
    });
    await practice.run();
    practice.define(managed);
  },
  "an adoption": async ({ sandbox }) => {
    sandbox.control.setState({ connectors: [byHand("https://a.contoso.com/")] });
  },
  "an adoption with a difference": async ({ sandbox }) => {
    sandbox.control.setState({ connectors: [byHand("https://old.example/")] });
  },
  "an adoption after a rename": async (practice) => {
    const old = connector("old", { displayName: "a" }).replace("OLD_PASSWORD", "A_PASSWORD");
    practice.define({ "old.yaml": old });
    await practice.run();
    practice.define(managed);
  },
};

const lags: Readonly<Record<string, readonly InjectedFault[]>> = {
  "reads that show at once": [],
  "reads that lag": [
    { kind: "stale-reads", method: "POST", reads: 3 },
    { kind: "stale-reads", method: "PATCH", reads: 3 },
    { kind: "stale-reads", method: "DELETE", reads: 3 },
  ],
};

const rows = Object.keys(situations).flatMap((name) =>
  Object.keys(lags).map((lag) => ({ name, lag })),
);

test.for(rows)(
  "$name that is killed between any two steps converges, with $lag",
  async ({ name, lag }) => {
    let isWhole = false;
    for (let steps = 0; !isWhole && steps < mostSteps; steps += 1) {
      await using practice = await openPractice({ certificate: openCertificate });
      practice.define(managed);
      await situations[name]?.(practice);
      for (const fault of lags[lag] ?? []) practice.sandbox.control.injectFault(fault);

      const life = { left: steps };
      await practice.run(mortalSubject(practice, life), { after: 0 });
      isWhole = life.left >= 0;

      await using store = await practice.openStore();
      const next = [
        await practice.run({ store, policy: deleting }, { after: 0 }),
        await practice.run({ store, policy: deleting }),
        await practice.run({ store, policy: deleting }),
      ];
      const at = `killed after ${steps} steps, then ${next.map((run) => told(run).join(" ")).join("; ")}`;
      expect(told(next[2]!), at).toEqual(["clean"]);
      expect(practice.sandbox.control.state().connectors, at).toEqual([
        { id: expect.any(String), ...(wanted[name] ?? byHand("https://a.contoso.com/")) },
      ]);
      const { ledger, journal } = await store.recall(practice.subject().tenant);
      expect(
        ledger.map((entry) => entry.name),
        at,
      ).toEqual(["a"]);
      expect(journal, at).toEqual([]);
    }
    expect(isWhole).toBe(true);
  },
);
