import { graphql } from "../../graphql/graphql.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { List } from "../pattern/list.tsx";
import { Record } from "../pattern/record.tsx";
import { words } from "./words.ts";

const RUNS = graphql(`
  query RetentionRuns($after: Cursor) {
    retentionRuns(first: 20, after: $after, orderBy: [STARTED_AT_DESC]) {
      nodes { id subject action rowCount endedAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** The ledger of what the rules have done. */
export function RetentionRuns() {
  const texts = useWords(words);
  const { number, dateTime } = useFormats();
  return (
    <>
      <h2>{texts.runs}</h2>
      <List
        document={RUNS}
        connectionOf={({ retentionRuns }) => retentionRuns}
        keyOf={({ id }) => id}
        empty={{ icon: "history", title: texts.noRuns }}
        row={({ subject, action, rowCount, endedAt }) => (
          <Record
            title={texts.subjects[subject]}
            about={texts.run(texts.actions[action], number(rowCount))}
            badges={<span className="soft">{dateTime(endedAt)}</span>}
          />
        )}
      />
    </>
  );
}
