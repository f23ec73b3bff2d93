import type { Db } from "../database/db.ts";
import { SCHEMAS } from "../database/dump/catalog.ts";
import type { BackedUpTable } from "./manifest.ts";

/** Makes the partitions those of the backup. The tables must be empty. Other schemas may have partitions of their own. */
export async function replacePartitions(db: Db, tables: readonly BackedUpTable[]): Promise<void> {
  const { rows } = await db.query<{ name: string }>(
    `select i.inhrelid::regclass::text as name
     from pg_inherits i
     join pg_partitioned_table p on p.partrelid = i.inhparent
     join pg_class c on c.oid = i.inhrelid and c.relkind = 'r'
     where c.relnamespace::regnamespace::text = any ($1)`,
    [SCHEMAS],
  );
  for (const { name } of rows) await db.query(`drop table ${name}`);
  for (const { name, partition } of tables)
    if (partition)
      await db.query("select app_private.add_partition($1, $2, $3, $4)", [
        partition.of,
        name.split(".")[1],
        partition.from,
        partition.to,
      ]);
}
