import type pg from "pg";
import type { Db } from "./db.ts";

export const MAINTENANCE = ["vacuum", "analyze", "reindex"] as const;
export type Maintenance = (typeof MAINTENANCE)[number];

/** None of them stops readers or writers. */
const STATEMENTS: Readonly<Record<Maintenance, (table: string) => string>> = {
  vacuum: (table) => `vacuum ${table}`,
  analyze: (table) => `analyze ${table}`,
  reindex: (table) => `reindex table concurrently ${table}`,
};

/** What a statement has done so far, from 0 to 1; null when it is not known. */
const PROGRESS = `
  select v.heap_blks_scanned::float / nullif(v.heap_blks_total, 0) as done from pg_stat_progress_vacuum v where v.pid = $1
  union all
  select a.sample_blks_scanned::float / nullif(a.sample_blks_total, 0) from pg_stat_progress_analyze a where a.pid = $1
  union all
  select i.blocks_done::float / nullif(i.blocks_total, 0) from pg_stat_progress_create_index i where i.pid = $1`;

const LOOK_MS = 500;

export type TableSize = { name: string; bytes: number };

/** The tables with rows of their own, the largest first; of those that `names` lists, with their partitions. */
export async function tablesToMaintain(db: Db, names?: readonly string[]): Promise<TableSize[]> {
  const { rows } = await db.query<{ name: string; bytes: string }>(
    `select c.oid::regclass::text as name, pg_total_relation_size(c.oid) as bytes
     from pg_class c
     left join pg_inherits i on i.inhrelid = c.oid and c.relispartition
     where c.relkind = 'r' and c.relnamespace::regnamespace::text ~ '^(app_|graphile_worker$)'
     and ($1::text[] is null or coalesce(i.inhparent, c.oid)::regclass::text = any ($1) or c.oid::regclass::text = any ($1))
     order by 2 desc, 1`,
    [names ?? null],
  );
  return rows.map(({ name, bytes }) => ({ name, bytes: Number(bytes) }));
}

/** Maintains a table on a connection without time limits, and reports how far it is. Returns its size afterwards. */
export async function maintainTable(
  client: pg.Client,
  observer: Db,
  table: string,
  what: Maintenance,
  onProgress: (done: number | null) => void,
): Promise<number> {
  const { processID } = client as pg.Client & { processID: number };
  const look = async () => {
    const { rows } = await observer.query<{ done: number | null }>(PROGRESS, [processID]);
    onProgress(rows[0]?.done ?? null);
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_MS);
  try {
    if (what === "reindex") await dropLeftIndexes(client, table);
    await client.query(STATEMENTS[what](table));
  } finally {
    clearInterval(timer);
  }
  const { rows } = await client.query<{ bytes: string }>(
    "select pg_total_relation_size($1::regclass) as bytes",
    [table],
  );
  return Number(rows[0]!.bytes);
}

/** A reindexing that was cut off leaves an index that is kept up to date and never read. */
async function dropLeftIndexes(client: pg.Client, table: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select i.indexrelid::regclass::text as name
     from pg_index i
     join pg_class c on c.oid = i.indexrelid
     where i.indrelid = $1::regclass and not i.indisvalid and c.relname ~ '_cc(new|old)\\d*$'`,
    [table],
  );
  for (const { name } of rows) await client.query(`drop index concurrently ${name}`);
}
