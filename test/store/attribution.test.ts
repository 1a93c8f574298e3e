import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openStore } from "../../src/store/store.ts";
import { attributionContract } from "../contracts/attribution.contract.ts";

const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

attributionContract(async () => {
  const folder = await mkdtemp(join(tmpdir(), "plumbline-attribution-"));
  folders.push(folder);
  return (clock) => openStore({ sqlite: join(folder, "state.db") }, clock);
});
