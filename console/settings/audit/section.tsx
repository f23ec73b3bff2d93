import "./audit.css";
import { useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { Field } from "../../ui/field.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { List } from "../pattern/list.tsx";
import { Record as Row } from "../pattern/record.tsx";
import { Section } from "../pattern/section.tsx";
import { Details } from "./details.tsx";
import { words } from "./words.ts";

const ENTRIES = graphql(`
  query SettingsAuditEntries($after: Cursor, $filter: AuditEntryFilter) {
    auditEntries(first: 50, after: $after, filter: $filter, orderBy: [CREATED_AT_DESC]) {
      nodes {
        id createdAt actor userId apiKeyId operation tableName rowId changedColumns oldValues newValues databaseRole
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const NAMES = graphql(`
  query AuditNames { users(first: 1000) { nodes { id name } } apiKeys(first: 200) { nodes { id name } } }
`);

export type Entry = NonNullable<ResultOf<typeof ENTRIES>["auditEntries"]>["nodes"][number];

export default function Audit() {
  const texts = useWords(words);
  const { dateTime, list } = useFormats();
  const [since, setSince] = useState("");
  const [until, setUntil] = useState("");
  const [opened, setOpened] = useState<Entry | null>(null);
  const nameOf = useNames();
  const createdAt = {
    ...(since && { greaterThanOrEqualTo: new Date(`${since}T00:00`).toISOString() }),
    ...(until && { lessThanOrEqualTo: new Date(`${until}T23:59:59.999`).toISOString() }),
  };
  const title = (entry: Entry) =>
    texts.entry(
      nameOf(entry.userId ?? entry.apiKeyId) ??
        texts.actors[entry.actor as keyof typeof texts.actors] ??
        entry.actor,
      texts.operations[entry.operation as keyof typeof texts.operations] ?? entry.operation,
      entry.tableName,
    );
  return (
    <Section title={texts.title} about={texts.about}>
      <div className="audit-filter">
        <DayInput label={texts.from} value={since} onChange={setSince} />
        <DayInput label={texts.to} value={until} onChange={setUntil} />
      </div>
      <List
        document={ENTRIES}
        variables={{ filter: since || until ? { createdAt } : null }}
        connectionOf={({ auditEntries }) => auditEntries}
        keyOf={({ id }) => id}
        empty={{ icon: "history", title: texts.empty }}
        row={(entry) => (
          <Row
            title={title(entry)}
            about={entry.changedColumns && texts.columns(list(entry.changedColumns))}
            badges={<span className="soft">{dateTime(entry.createdAt)}</span>}
            onOpen={() => setOpened(entry)}
          />
        )}
      />
      {opened && <Details entry={opened} title={title(opened)} onClose={() => setOpened(null)} />}
    </Section>
  );
}

function DayInput({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (day: string) => void;
}) {
  return (
    <Field label={label}>
      {(given) => (
        <input
          {...given}
          className="input"
          type="date"
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** The names of users and API keys by id. */
function useNames(): (id: string | null) => string | undefined {
  const [{ data }] = useQuery({ query: NAMES });
  const rows = [...(data?.users?.nodes ?? []), ...(data?.apiKeys?.nodes ?? [])];
  return (id) => rows.find((row) => row.id === id)?.name;
}
