import { type ReactNode, useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { Link } from "../routing/link.tsx";
import { go } from "../routing/location.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { GROUPS, SEGMENTS } from "./audience_documents.ts";
import { NewGroup } from "./new_group.tsx";
import { words } from "./words.ts";

type Audience = {
  id: string;
  name: string;
  description: string | null;
  count: number | null;
  updatedAt: string;
};
type Page = { nodes: readonly Audience[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };

export function SegmentList() {
  const texts = useWords(words);
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  return (
    <Frame
      path="audiences"
      action={
        <Button look="primary" icon="plus" onClick={() => go("audiences/segments/new")}>
          {texts.newSegment}
        </Button>
      }
    >
      {cursors.map((after, i) => (
        <SegmentsAfter
          key={after}
          after={after}
          onMore={i === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
        />
      ))}
    </Frame>
  );
}

export function GroupList() {
  const texts = useWords(words);
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [isCreating, setCreating] = useState(false);
  return (
    <Frame
      path="audiences/groups"
      action={
        <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
          {texts.newGroup}
        </Button>
      }
    >
      {cursors.map((after, i) => (
        <GroupsAfter
          key={after}
          after={after}
          onMore={i === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
        />
      ))}
      {isCreating && (
        <NewGroup onClose={() => setCreating(false)} onCreated={({ id }) => go(`audiences/groups/${id}`)} />
      )}
    </Frame>
  );
}

function Frame({ path, action, children }: { path: string; action: ReactNode; children: ReactNode }) {
  const texts = useWords(words);
  const isAgent = useMay("agent");
  return (
    <div className="page">
      <header>
        <div>
          <h1>{texts.title}</h1>
          <p className="soft">{texts.about}</p>
        </div>
        {isAgent && action}
      </header>
      <Tabs
        label={texts.tabs}
        current={path}
        tabs={[
          { to: "audiences", name: texts.segments },
          { to: "audiences/groups", name: texts.groups },
        ]}
      />
      {children}
    </div>
  );
}

type PageProps = { after: string | null; onMore: ((cursor: string) => void) | null };

function SegmentsAfter({ after, onMore }: PageProps) {
  const texts = useWords(words);
  const [{ data, error }] = useQuery({
    query: SEGMENTS,
    variables: { after },
    requestPolicy: "cache-and-network",
  });
  return (
    <Rows
      path="audiences/segments"
      page={data?.segments}
      error={error}
      isFirst={after === null}
      empty={
        <Empty icon="filter" title={texts.noSegments}>
          {texts.noSegmentsHint}
        </Empty>
      }
      onMore={onMore}
    />
  );
}

function GroupsAfter({ after, onMore }: PageProps) {
  const texts = useWords(words);
  const [{ data, error }] = useQuery({
    query: GROUPS,
    variables: { after },
    requestPolicy: "cache-and-network",
  });
  return (
    <Rows
      path="audiences/groups"
      page={data?.groups}
      error={error}
      isFirst={after === null}
      empty={
        <Empty icon="people" title={texts.noGroups}>
          {texts.noGroupsHint}
        </Empty>
      }
      onMore={onMore}
    />
  );
}

function Rows({
  path,
  page,
  error,
  isFirst,
  empty,
  onMore,
}: {
  path: string;
  page: Page | null | undefined;
  error: unknown;
  isFirst: boolean;
  empty: ReactNode;
  onMore: ((cursor: string) => void) | null;
}) {
  const texts = useWords(words);
  const format = useFormat();
  if (error && !page) return <Failed message={problemOf(error).message} />;
  if (!page) return <Loading label={texts.loading} />;
  if (page.nodes.length === 0) return isFirst ? empty : null;
  return (
    <>
      <ul className="audience-list">
        {page.nodes.map(({ id, name, description, count, updatedAt }) => (
          <li key={id}>
            <Link to={`${path}/${id}`}>
              <span className="stack none">
                <strong>{name}</strong>
                {description && <span className="soft">{description}</span>}
              </span>
              <span className="stack none numbers">
                {count === null ? (
                  <span className="badge danger">{texts.invalid}</span>
                ) : (
                  <span>{count === 1 ? texts.oneContact : texts.contacts(format.number(count))}</span>
                )}
                <span className="soft small">{format.date(updatedAt)}</span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {page.pageInfo.hasNextPage && onMore && (
        <p className="center">
          <Button onClick={() => onMore(page.pageInfo.endCursor!)}>{texts.more}</Button>
        </p>
      )}
    </>
  );
}
