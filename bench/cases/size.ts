import type { Bench } from "../bench.ts";
import { fillTenants } from "../stage/fill_tenants.ts";
import { logWritten, type TableSize, tableSizes } from "../stage/table_sizes.ts";
import type { Workspace } from "../stage/workspace.ts";
import { introduce } from "./inbound.ts";
import type { Case } from "./measured.ts";

const MESSAGES = 100_000;
const CUSTOMERS = 5_000;
/** Tables with less for each item are left out. */
const LEAST_BYTES = 2;

type Work = { name: string; run: () => Promise<number> };

export const size: Case = {
  name: "size",
  about: "bytes of tables, indexes and log, and flushes of the log, for each message",
  async run(bench) {
    const { watcher } = bench.postgres;
    const workspace = await bench.workspace("size");
    const works: Work[] = [
      {
        name: "months of messages",
        async run() {
          await fillTenants(bench, workspace, 1, MESSAGES);
          return MESSAGES;
        },
      },
      { name: "first messages of new customers", run: () => eachWrites(bench, workspace) },
      { name: "messages of known customers", run: () => eachWrites(bench, workspace) },
    ];
    for (const { name, run } of works) {
      const [sizes, log] = [await tableSizes(watcher), await logWritten(watcher)];
      const items = await run();
      const [grown, later] = [growthOf(sizes, await tableSizes(watcher), items), await logWritten(watcher)];
      report(bench, name, items, grown);
      const add = (what: string, value: number, unit: string) =>
        bench.add({ case: "size", name: `${name}: ${what}`, value, unit, faults: [] });
      add("log", (later.bytes - log.bytes) / items, "B");
      add("flushes of the log", (later.flushes - log.flushes) / items, "");
    }
  },
};

/** In bodies of a hundred messages. */
async function eachWrites(bench: Bench, workspace: Workspace): Promise<number> {
  await introduce(bench, workspace, CUSTOMERS);
  return CUSTOMERS;
}

function report(bench: Bench, name: string, items: number, grown: readonly TableSize[]): void {
  const sum = grown.reduce((total, { heap, indexes }) => total + heap + indexes, 0);
  bench.add({
    case: "size",
    name: `${name}: tables and indexes`,
    value: sum,
    unit: "B",
    details: {
      items,
      tables: Object.fromEntries(grown.map(({ table, heap, indexes }) => [table, [heap, indexes]])),
    },
    faults: [],
  });
}

/** What each table has grown by for each item, the largest first. */
function growthOf(
  before: ReadonlyMap<string, TableSize>,
  after: ReadonlyMap<string, TableSize>,
  items: number,
): TableSize[] {
  return [...after.values()]
    .map(({ table, heap, indexes }) => ({
      table,
      heap: Math.round((heap - (before.get(table)?.heap ?? 0)) / items),
      indexes: Math.round((indexes - (before.get(table)?.indexes ?? 0)) / items),
    }))
    .filter(({ heap, indexes }) => heap + indexes >= LEAST_BYTES)
    .sort((one, other) => other.heap + other.indexes - one.heap - one.indexes);
}
