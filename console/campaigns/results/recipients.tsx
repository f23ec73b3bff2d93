import { type ReactNode, useEffect, useState } from "react";
import { useQuery } from "urql";
import { useContactName } from "../../audiences/contact_name.ts";
import { problemOf } from "../../graphql/problem.ts";
import { Button } from "../../ui/button.tsx";
import { Scroll } from "../../ui/scroll.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { useReload } from "../../ui/use_reload.ts";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { RECIPIENTS } from "../campaign_documents.ts";
import { meaningOf, words } from "../words.ts";

/** What can be asked for; each is a filter of the filter language over recipients. */
const FILTERS = {
  pending: { field: "state", in: ["pending", "queued"] },
  sent: { field: "state", is: "sent" },
  delivered: { field: "state", is: "delivered" },
  read: { field: "state", is: "read" },
  failed: { field: "state", is: "failed" },
  skipped: { field: "state", is: "skipped" },
  replied: { field: "repliedAt", isEmpty: false },
  clicked: { field: "clickedAt", isEmpty: false },
} as const;
type Choice = keyof typeof FILTERS;

/** Every recipient with their state, filtered, a page at a time. */
export function Recipients({ campaignId, version }: { campaignId: string; version: string }) {
  const texts = useWords(words);
  const [choice, setChoice] = useState<Choice | "">("");
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const nameOf = (each: Choice) =>
    each === "replied" ? texts.replied : each === "clicked" ? texts.clicked : texts.state[each];
  return (
    <section className="stack tight">
      <div className="row wrap spread">
        <h2>{texts.recipients}</h2>
        <select
          className="input narrow"
          aria-label={texts.stateLabel}
          value={choice}
          onChange={({ target }) => {
            setChoice(target.value as Choice | "");
            setCursors([null]);
          }}
        >
          <option value="">{texts.allStates}</option>
          {(Object.keys(FILTERS) as Choice[]).map((each) => (
            <option key={each} value={each}>
              {nameOf(each)}
            </option>
          ))}
        </select>
      </div>
      <Scroll label={texts.recipients}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.contact}</th>
              <th scope="col">{texts.stateLabel}</th>
              <th scope="col">{texts.sentAt}</th>
              <th scope="col">{texts.replied}</th>
            </tr>
          </thead>
          {cursors.map((after, i) => (
            <RecipientsAfter
              key={`${choice} ${after}`}
              campaignId={campaignId}
              after={after}
              choice={choice}
              version={version}
              onMore={i === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
            />
          ))}
        </table>
      </Scroll>
    </section>
  );
}

function RecipientsAfter({
  campaignId,
  after,
  choice,
  version,
  onMore,
}: {
  campaignId: string;
  after: string | null;
  choice: Choice | "";
  /** Changes with the figures: the rows are read again. */
  version: string;
  onMore: ((cursor: string) => void) | null;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const nameOf = useContactName();
  const [{ data, error }, reload] = useQuery({
    query: RECIPIENTS,
    variables: { id: campaignId, after, matching: choice ? FILTERS[choice] : null },
    requestPolicy: "cache-and-network",
  });
  const reloadSoon = useReload(reload);
  useEffect(() => {
    if (version) reloadSoon();
  }, [version, reloadSoon]);
  const page = data?.campaign?.recipients;
  const whole = (content: ReactNode) => (
    <tbody>
      <tr>
        <td colSpan={4}>{content}</td>
      </tr>
    </tbody>
  );
  if (error && !page) return whole(<Failed message={problemOf(error).message} />);
  if (!page) return whole(<Loading label={texts.loading} />);
  if (page.nodes.length === 0 && after === null) return whole(<p className="soft">{texts.noRecipients}</p>);
  return (
    <tbody>
      {page.nodes.map((each) => {
        const { name, detail } = nameOf(each.contact);
        return (
          <tr key={each.nodeId}>
            <th scope="row">
              <span dir="auto">{name}</span> <span className="soft small">{detail}</span>
              {each.variant && (
                <>
                  {" "}
                  <span className="badge">{each.variant.name}</span>
                </>
              )}
            </th>
            <td>
              <span className={`state ${each.state}`}>{texts.state[each.state]}</span>
              {each.errorCode && (
                <span className="soft small" title={each.reason ?? undefined}>
                  {" "}
                  {meaningOf(texts, each.errorCode)} ({each.errorCode})
                </span>
              )}
              {each.attempts > 1 && (
                <span className="soft small"> {texts.attempts(format.number(each.attempts))}</span>
              )}
            </td>
            <td>{each.sentAt && format.dateTime(each.sentAt)}</td>
            <td>
              {each.repliedAt && format.dateTime(each.repliedAt)} {each.clicked && <q>{each.clicked}</q>}
            </td>
          </tr>
        );
      })}
      {page.pageInfo.hasNextPage && onMore && (
        <tr>
          <td colSpan={4} className="center">
            <Button onClick={() => onMore(page.pageInfo.endCursor!)}>{texts.more}</Button>
          </td>
        </tr>
      )}
    </tbody>
  );
}
