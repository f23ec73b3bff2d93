import type pg from "pg";
import { ParleyError } from "../base/errors.ts";

type PersonTable = {
  name: string;
  /** Those that the caller may read. */
  columns: string[];
  /** Which rows are about the contact $1. */
  condition: string;
};

const CONVERSATIONS = "(select v.id from app_public.conversations v where v.contact_id = $1)";
const MESSAGES = `(select m.id from app_public.messages m where m.conversation_id in ${CONVERSATIONS})`;

/** Tables that refer to messages without a foreign key. */
const OF_MESSAGES: Readonly<Record<string, string>> = {
  message_statuses: `message_id in ${MESSAGES}`,
  message_changes: `id in ${MESSAGES}`,
  media: `id in (
    select m.media_id from app_public.messages m where m.conversation_id in ${CONVERSATIONS}
    union all
    select unnest(a.media_ids) from app_public.message_archives a where a.conversation_id in ${CONVERSATIONS}
  )`,
};

const PAGE = 1_000;

/**
 * Everything that is stored about a contact and that the caller may see, as JSON Lines: `{"table": …, "row": {…}}`, first
 * the contact, then each table that refers to it, to its conversations or to its messages.
 *
 * @param client in a transaction with the rights of the caller
 * @throws ParleyError PYNFD
 */
export async function* personExport(
  client: Pick<pg.ClientBase, "query">,
  contactId: string | null,
): AsyncGenerator<string> {
  const { rowCount } = await client.query("select from app_public.contacts where id = $1", [contactId]);
  if (rowCount === 0) throw new ParleyError("PYNFD", "There is no such contact");
  for (const { name, columns, condition } of await personTables(client)) {
    await client.query({
      text: `declare person no scroll cursor for
        select json_build_object('table', '${name}', 'row', to_json(x))::text as line
        from (select ${columns.join(", ")} from app_public.${name} where ${condition}) x`,
      values: [contactId],
    });
    for (;;) {
      const { rows } = await client.query<{ line: string }>(`fetch ${PAGE} from person`);
      if (rows.length > 0) yield rows.map(({ line }) => `${line}\n`).join("");
      if (rows.length < PAGE) break;
    }
    await client.query("close person");
  }
}

/** A stored file of a person's messages. */
export type PersonFile = { id: string; type: string; mimeType: string | null; filename: string | null };

/** The files of a contact's messages that the caller may see, archived ones included. */
export async function personFiles(
  client: Pick<pg.ClientBase, "query">,
  contactId: string | null,
): Promise<PersonFile[]> {
  const { rows } = await client.query<PersonFile>(
    `select id, type, mime_type as "mimeType", filename from app_public.media
     where state = 'stored' and ${OF_MESSAGES.media}
     order by id`,
    [contactId],
  );
  return rows;
}

/** From the catalog, so that a new table is exported without being listed. */
async function personTables(client: Pick<pg.ClientBase, "query">): Promise<PersonTable[]> {
  const { rows } = await client.query<{
    name: string;
    link: string | null;
    is_of_contact: boolean;
    columns: string[];
  }>(
    `select c.relname as name, l.link, l.is_of_contact, array(
       select quote_ident(a.attname) from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       and has_column_privilege(c.oid, a.attnum, 'select')
       order by a.attnum
     ) as columns
     from pg_class c
     left join lateral (
       select quote_ident(a.attname) as link, f.confrelid = 'app_public.contacts'::regclass as is_of_contact
       from pg_constraint f
       join pg_attribute a on a.attrelid = f.conrelid and a.attnum = f.conkey[cardinality(f.conkey)]
       where f.conrelid = c.oid and f.contype = 'f'
       and f.confrelid in ('app_public.contacts'::regclass, 'app_public.conversations'::regclass)
       -- A table that refers to both is found by its contact.
       order by 2 desc
       limit 1
     ) l on true
     where c.relnamespace = 'app_public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     and (l.link is not null or c.relname = 'contacts' or c.relname = any ($1))
     order by c.relname <> 'contacts', c.relname`,
    [Object.keys(OF_MESSAGES)],
  );
  return rows
    .filter(({ columns }) => columns.length > 0)
    .map(({ name, columns, link, is_of_contact }) => {
      const condition = is_of_contact ? `${link} = $1` : `${link} in ${CONVERSATIONS}`;
      return {
        name,
        columns,
        condition: name === "contacts" ? "id = $1" : link ? condition : OF_MESSAGES[name]!,
      };
    });
}
