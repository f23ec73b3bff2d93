import type { PgClient } from "postgraphile/@dataplan/pg";

/** An id as the database writes it: a UUID may be given without hyphens, in braces or in capitals. */
export async function rowId(client: PgClient, id: string): Promise<string> {
  const { rows } = await client.query<{ id: string }>({ text: "select $1::uuid as id", values: [id] });
  return rows[0]!.id;
}
