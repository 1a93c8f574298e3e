/** A practice tenant in a process of its own, which a test kills. */
import { startSandbox } from "../../src/sandbox/sandbox.ts";

const [state] = process.argv.slice(2);
const { url, token } = await startSandbox({ port: 0, ...(state !== undefined && { state }) });
process.send?.({ url, token });
