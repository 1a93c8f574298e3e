// The least that any program can do: fetch the same pages and parse them.
import { reportSecond } from "./child.ts";

const [root = "", pages = "", parallel = ""] = process.argv.slice(2);

async function listAll(): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next++ < Number(pages)) {
      const response = await fetch(`${root}/v1.0/identity/apiConnectors`, {
        headers: { authorization: "Bearer bench", accept: "application/json" },
      });
      const body = JSON.parse(await response.text()) as { value: unknown[] };
      if (body.value.length === 0) throw new Error("An empty page measures nothing.");
    }
  };
  await Promise.all(Array.from({ length: Number(parallel) }, worker));
}

await reportSecond(listAll, listAll);
