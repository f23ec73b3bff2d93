import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import { problemOf } from "../../graphql/problem.ts";
import { Failed, Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Record } from "../pattern/record.tsx";
import { Panel } from "../pattern/section.tsx";
import { words } from "./words.ts";

const PREVIEW = graphql(`query RetentionPreview { retentionPreview { subject action dueUntil rowCount } }`);

/** What the rules would do tonight. */
export function Due({ version }: { version: number }) {
  const texts = useWords(words);
  const { number, date } = useFormats();
  const context = useMemo(() => ({ requestPolicy: "network-only" as const, version }), [version]);
  const [{ data, error, fetching }] = useQuery({ query: PREVIEW, context });
  const due = (data?.retentionPreview ?? []).filter(({ rowCount }) => rowCount > 0);
  return (
    <Panel title={texts.due} about={texts.dueAbout}>
      {error && <Failed message={problemOf(error).message} />}
      {fetching && !data && <Loading label={texts.due} />}
      {data && due.length === 0 && <p className="soft">{texts.nothingDue}</p>}
      {due.length > 0 && (
        <ul className="records">
          {due.map(({ subject, action, dueUntil, rowCount }) => (
            <li key={`${subject} ${action}`}>
              <Record
                title={texts.subjects[subject]}
                about={texts.dueRow(texts.actions[action], number(rowCount), date(dueUntil))}
              />
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
