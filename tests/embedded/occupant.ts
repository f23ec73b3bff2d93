import { once } from "node:events";
import { openEmbedded } from "../../embedded/embedded.ts";
import { logInto } from "./home.ts";

const [dataDir = ""] = process.argv.slice(2);
const { release, ...seen } = await openEmbedded({ dataDir, log: logInto([]) });
process.send?.(seen);
await once(process, "message");
await release();
process.disconnect();
