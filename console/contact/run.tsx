import { useQuery } from "urql";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Menu } from "../ui/menu.tsx";
import { Section } from "../ui/section.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { relativeTime, shortTime } from "../words/time.ts";
import {
  CHATBOTS,
  type Run as RunData,
  SKIP_NODE,
  START_CHATBOT,
  STOP_RUN,
  VERSION_NODES,
} from "./documents.ts";
import type { Reload } from "./panel.tsx";
import { labelsOf, pathOf } from "./path.ts";
import { words } from "./words.ts";

/** The newest run of a chatbot in the conversation: how far it is, what it knows, and the ways to change that. */
export function Run({
  conversationId,
  run,
  reload,
}: {
  conversationId: string;
  run: RunData | null;
  reload: Reload;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const mayChange = useMay("agent");
  const change = (work: Promise<unknown>) => void work.then(reload, showProblem);
  return (
    <Section
      title={texts.run}
      isOpen={run?.isActive ?? false}
      action={mayChange && <Start {...{ conversationId, reload }} />}
    >
      {run === null ? (
        <p className="soft">{texts.noRun}</p>
      ) : (
        <>
          <p>
            <strong dir="auto">{run.chatbot.name}</strong>{" "}
            <span className="soft">
              {texts.version(run.version.number)} · {relativeTime(run.startedAt, language)}
            </span>
          </p>
          <p>
            <span className={`badge ${run.isActive ? "accent" : run.status === "failed" ? "danger" : ""}`}>
              {texts.runStatuses[run.status]}
            </span>{" "}
            <span className="soft">
              {run.isActive
                ? waitingText(run.waitingFor, texts.waitingFor)
                : (run.outcome ?? run.completionReason)}
            </span>
          </p>
          {mayChange && run.isActive && (
            <div className="row">
              <Button
                className="small"
                icon="forward"
                title={texts.skipHint}
                onClick={() => change(connection.mutate(SKIP_NODE, { conversationId }))}
              >
                {texts.skip}
              </Button>
              <Button
                className="small"
                icon="stop"
                onClick={() => change(connection.mutate(STOP_RUN, { conversationId }))}
              >
                {texts.stop}
              </Button>
            </div>
          )}
          <Path run={run} />
          <Variables variables={run.variables} />
        </>
      )}
    </Section>
  );
}

function waitingText(waitingFor: string | null, texts: Readonly<Record<string, string>>): string {
  return waitingFor === null ? "" : (texts[waitingFor] ?? waitingFor);
}

function Start({ conversationId, reload }: { conversationId: string; reload: Reload }) {
  const texts = useWords(words);
  const connection = useConnection();
  const [{ data }] = useQuery({ query: CHATBOTS });
  const chatbots = data?.chatbots?.nodes ?? [];
  if (chatbots.length === 0) return null;
  const start = async (chatbotId: string, name: string) => {
    try {
      await connection.mutate(START_CHATBOT, { conversationId, chatbotId });
      showToast(texts.started(name));
      reload();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Menu
      label={texts.start}
      icon="play"
      items={chatbots.map(({ id, name }) => ({
        label: name,
        icon: "chatbot",
        onSelect: () => void start(id, name),
      }))}
    />
  );
}

/** The nodes that the run has visited, by the labels that they have in the builder. */
function Path({ run }: { run: RunData }) {
  const texts = useWords(words);
  const language = useLanguage();
  const [{ data }] = useQuery({ query: VERSION_NODES, variables: { id: run.version.id } });
  const labels = labelsOf(data?.chatbotVersion?.nodes);
  const path = pathOf(run.nodeHistory);
  if (path.length === 0) return null;
  return (
    <details className="run-part">
      <summary>{texts.path}</summary>
      <ol>
        {path.map(({ nodeId, at }) => (
          <li
            key={`${nodeId} ${at}`}
            aria-current={run.isActive && nodeId === run.currentNodeId ? "step" : undefined}
          >
            <span dir="auto">{labels.get(nodeId) ?? nodeId}</span>
            {at && <time className="soft">{shortTime(at, language)}</time>}
          </li>
        ))}
      </ol>
    </details>
  );
}

function Variables({ variables }: { variables: unknown }) {
  const texts = useWords(words);
  const entries = Object.entries((variables ?? {}) as Record<string, unknown>);
  if (entries.length === 0) return null;
  return (
    <details className="run-part">
      <summary>{texts.variables}</summary>
      <dl className="facts">
        {entries.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
