import type { Bench } from "../bench.ts";
import type { Case } from "./measured.ts";

export const controls: Case = {
  name: "controls",
  about: "what the machine does without Parley; measured again beside each figure",
  async run(bench: Bench) {
    const { controls, add } = bench;
    const plain = (name: string, value: number, unit: string, details?: object) =>
      add({ case: "controls", name, value, unit, faults: [], details: { ...details } });
    const echo = await controls.echo();
    plain("node:http and HMAC, 64 connections", echo.requestsPerSecond, "req/s", echo.latency);
    for (const clients of [1, 8, 32]) {
      const commits = await controls.commits(clients);
      plain(
        `one-row commits, ${clients} client${clients === 1 ? "" : "s"}`,
        commits.perSecond,
        "/s",
        commits.latency,
      );
    }
    plain("COPY, no triggers", (await controls.copy()).perSecond, "rows/s");
    for (const concurrency of [64, 1]) {
      const posts = await controls.posts(concurrency);
      plain(`undici POST to the stand-in, ${concurrency} at once`, posts.perSecond, "/s", posts.latency);
    }
    for (const contacts of [64, 1]) {
      const loop = await controls.loop(contacts);
      plain(`loop without database, ${contacts} at once`, loop.perSecond, "/s", loop.latency);
    }
  },
};
