import type { AnyVariables, DocumentInput } from "@urql/core";
import { type ReactNode, useMemo, useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { Button } from "../../ui/button.tsx";
import type { IconName } from "../../ui/icon.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { words } from "./words.ts";

export type RowConnection<Row> = {
  nodes: readonly Row[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
};

export type ListProps<Data, Variables extends AnyVariables, Row> = {
  /** Has the variable `after`, and selects `nodes` and `pageInfo`. */
  document: DocumentInput<Data, Variables>;
  variables?: Omit<Variables, "after">;
  connectionOf: (data: Data) => RowConnection<Row> | null | undefined;
  keyOf: (row: Row) => string;
  row: (row: Row) => ReactNode;
  /** The order of the rows of a page, where the API has none that people expect. */
  compare?: (one: Row, other: Row) => number;
  /** Another number loads the list again. */
  version?: number;
  empty: { icon: IconName; title: string; text?: string | undefined };
};

/** Rows of the API, page by page. */
export function List<Data, Variables extends AnyVariables, Row>(props: ListProps<Data, Variables, Row>) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  const variables = JSON.stringify(props.variables);
  const [shown, setShown] = useState(variables);
  if (shown !== variables) {
    setShown(variables);
    setCursors([null]);
  }
  return (
    <>
      {cursors.map((after, at) => (
        <Page
          {...props}
          key={`${variables} ${after}`}
          after={after}
          onMore={at === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : undefined}
        />
      ))}
    </>
  );
}

function Page<Data, Variables extends AnyVariables, Row>({
  document,
  variables,
  connectionOf,
  keyOf,
  row,
  compare,
  version = 0,
  empty,
  after,
  onMore,
}: ListProps<Data, Variables, Row> & {
  after: string | null;
  onMore: ((cursor: string) => void) | undefined;
}) {
  const texts = useWords(words);
  const context = useMemo(() => ({ requestPolicy: "cache-and-network" as const, version }), [version]);
  const [{ data, error, fetching }] = useQuery({
    query: document,
    variables: { ...variables, after } as unknown as Variables,
    context,
  });
  const connection = data && connectionOf(data);
  if (error && !connection) return <Failed message={problemOf(error).message} />;
  if (!connection) return fetching ? <Loading label={texts.loading} /> : null;
  const { nodes, pageInfo } = connection;
  if (nodes.length === 0 && after === null)
    return (
      <Empty icon={empty.icon} title={empty.title}>
        {empty.text}
      </Empty>
    );
  const next = pageInfo.hasNextPage && onMore ? pageInfo.endCursor : null;
  return (
    <>
      <ul className="records">
        {(compare ? nodes.toSorted(compare) : nodes).map((each) => (
          <li key={keyOf(each)}>{row(each)}</li>
        ))}
      </ul>
      {next && (
        <Button className="more" onClick={() => onMore?.(next)}>
          {texts.more}
        </Button>
      )}
    </>
  );
}
