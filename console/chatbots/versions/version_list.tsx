import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { Button } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { draftOf } from "../builder/draft_of.ts";
import { replaceGraph } from "../graph/edits.ts";
import { versionWords } from "../words/version_words.ts";
import { ActivationDialog } from "./activation_dialog.tsx";
import { DEACTIVATE, VERSION_GRAPH, VERSIONS, type Version } from "./documents.ts";

/** All published versions, the newest first: to compare, to bring back, and to activate. */
export default function VersionList() {
  const texts = useWords(versionWords);
  const { chatbot } = useBuilder();
  const [after, setAfter] = useState<(string | null)[]>([null]);
  const [activating, setActivating] = useState<Version | null>(null);
  return (
    <div className="stack">
      <p className="soft hint">{texts.hint}</p>
      <ol className="versions">
        {after.map((cursor, index) => (
          <VersionPage
            key={cursor}
            after={cursor}
            isLast={index === after.length - 1}
            onMore={(next) => setAfter([...after, next])}
            onActivate={setActivating}
          />
        ))}
      </ol>
      {chatbot.status === "active" && <Deactivate />}
      {activating && <ActivationDialog version={activating} onClose={() => setActivating(null)} />}
    </div>
  );
}

function VersionPage({
  after,
  isLast,
  onMore,
  onActivate,
}: {
  after: string | null;
  isLast: boolean;
  onMore: (cursor: string) => void;
  onActivate: (version: Version) => void;
}) {
  const texts = useWords(versionWords);
  const { chatbot } = useBuilder();
  const [{ data, error }] = useQuery({
    query: VERSIONS,
    variables: { id: chatbot.id, after },
    requestPolicy: "cache-and-network",
  });
  if (error && !data) return <Failed message={problemOf(error).message} />;
  if (!data?.chatbot) return <Loading label={texts.loading} />;
  const { nodes, pageInfo } = data.chatbot.versions;
  if (nodes.length === 0)
    return (
      <Empty icon="history" title={texts.none}>
        {texts.noneHint}
      </Empty>
    );
  const people = new Map(
    data.memberships?.nodes.map(({ userId, user }) => [userId, user?.name ?? user?.email]),
  );
  return (
    <>
      {nodes.map((version) => (
        <VersionRow
          key={version.id}
          version={version}
          author={version.publishedBy ? people.get(version.publishedBy) : undefined}
          onActivate={() => onActivate(version)}
        />
      ))}
      {isLast && pageInfo.hasNextPage && (
        <Button onClick={() => onMore(pageInfo.endCursor!)}>{texts.more}</Button>
      )}
    </>
  );
}

function VersionRow({
  version,
  author,
  onActivate,
}: {
  version: Version;
  author: string | undefined;
  onActivate: () => void;
}) {
  const texts = useWords(versionWords);
  const language = useLanguage();
  const connection = useConnection();
  const { chatbot, change } = useBuilder();
  const isActive = chatbot.status === "active" && chatbot.activeVersion?.id === version.id;
  const when = new Date(version.createdAt).toLocaleString(language, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const restore = async () => {
    const { chatbot: read } = await connection.query(VERSION_GRAPH, {
      id: chatbot.id,
      number: version.number,
    });
    const [graph] = read?.versions.nodes ?? [];
    if (!graph) return;
    change((draft) => replaceGraph(draft, draftOf({ name: "", description: null, ...graph })));
    showToast(texts.restored(version.number));
  };
  return (
    <li>
      <div className="row spread">
        <span>
          <strong>{texts.version(version.number)}</strong>{" "}
          {isActive && <span className="badge accent">{texts.active}</span>}
          <br />
          <small className="soft">{author ? texts.publishedBy(when, author) : when}</small>
        </span>
        <Menu
          label={texts.actions(version.number)}
          items={[
            {
              label: texts.compare,
              icon: "branch",
              onSelect: () => go(`chatbots/${chatbot.id}/versions/${version.number}`),
            },
            ...(isActive ? [] : [{ label: texts.activate, icon: "play" as const, onSelect: onActivate }]),
            { label: texts.restore, icon: "undo", onSelect: () => void restore().catch(showProblem) },
          ]}
        />
      </div>
    </li>
  );
}

function Deactivate() {
  const texts = useWords(versionWords);
  const connection = useConnection();
  const { chatbot, refresh } = useBuilder();
  return (
    <Button
      look="danger"
      onClick={() =>
        connection.mutate(DEACTIVATE, { id: chatbot.id }).then(() => {
          refresh();
          showToast(texts.deactivated);
        }, showProblem)
      }
    >
      {texts.deactivate}
    </Button>
  );
}
