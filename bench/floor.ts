// The least that any program can do: fetch the same pages and parse them.
import { reportSecond } from "./child.ts";
import { pages } from "./pages.ts";

const [root = "", tenants = "", parallel = ""] = process.argv.slice(2);

async function listAll(): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next++ < Number(tenants)) for (const page of pages) await read(page);
  };
  await Promise.all(Array.from({ length: Number(parallel) }, worker));
}

async function read(page: string): Promise<void> {
  const response = await fetch(root + page, {
    headers: { authorization: "Bearer bench", accept: "application/json" },
  });
  const body = JSON.parse(await response.text()) as object;
  if (Object.keys(body).length === 0) throw new Error("An empty page measures nothing.");
}

await reportSecond(listAll, listAll);
