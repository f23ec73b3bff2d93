import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { unpackPart } from "./copied_parts.ts";
import { damaged } from "./damaged.ts";
import { type BackedUpTable, pathOf } from "./manifest.ts";
import type { BackupReader } from "./place.ts";
import { columnList } from "./table_list.ts";

/** Copies the rows of a table from a backup into `target`. @throws ParleyError PYBAK */
export async function loadTable(
  client: pg.Client,
  reader: BackupReader,
  table: BackedUpTable,
  target = table.name,
): Promise<void> {
  const copy = client.query(copyFrom(`copy ${target} (${columnList(table.columns)}) from stdin`));
  await pipeline(Readable.from(rowsOf(reader, table), { objectMode: false }), copy);
  if (copy.rowCount !== table.rows)
    throw damaged(`${table.name} has ${copy.rowCount} rows, and the manifest says ${table.rows}`);
}

async function* rowsOf(reader: BackupReader, table: BackedUpTable): AsyncGenerator<Buffer> {
  for (const part of table.parts)
    yield unpackPart(part, await reader.read(pathOf(table, part), part.storedBytes));
}
