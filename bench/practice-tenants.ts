// So many practice tenants, each with connectors that somebody changes now and then: runs find drift
// and write. Run as a process of its own, so that its work is not counted as ours.
import { setInterval } from "node:timers/promises";
import { startSandbox } from "../src/sandbox/sandbox.ts";

const [count = 0, connectors = 0, pause = 0] = process.argv.slice(2).map(Number);

const connector = (index: number) => ({
  id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
  displayName: `Connector ${index}`,
  targetUrl: `https://connector-${index}.api.contoso.example/entra/sign-up`,
  authentication: { basic: { username: "entra", password: "bench" } },
});

const connectorsOfEach = Array.from({ length: connectors }, (_, index) => connector(index));
const sandboxes = await Promise.all(
  Array.from({ length: count }, () => startSandbox({ port: 0, requestLimit: null })),
);
for (const { control } of sandboxes) {
  control.setState({ connectors: connectorsOfEach } as Parameters<typeof control.setState>[0]);
}
process.send?.(sandboxes.map(({ url }) => Number(new URL(url).port)));
process.on("disconnect", () => process.exit());

let turn = 0;
for await (const _ of setInterval(pause)) {
  const { url } = sandboxes[turn % count] ?? { url: "" };
  const id = connector(turn % connectors).id;
  const body = JSON.stringify({ targetUrl: `https://elsewhere-${turn}.example/x` });
  await fetch(`${url}/_sandbox/connectors/${id}`, { method: "PATCH", body });
  turn += 1;
}
