import { useEffect, useRef, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Loading } from "../../ui/states.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { type Problem, PUBLISH } from "../builder/documents.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";
import { versionWords } from "../words/version_words.ts";
import { ActivationForm } from "./activation_dialog.tsx";

type Outcome =
  | { kind: "published"; version: { id: string; number: number }; warnings: number }
  | { kind: "refused"; problems: readonly Problem[] };

/** Saves and publishes the draft, then asks whether the new version shall answer customers. */
export default function PublishDialog({ onClose }: { onClose: () => void }) {
  const texts = useWords(versionWords);
  const builderTexts = useWords(builderWords);
  const names = useNames();
  const connection = useConnection();
  const { chatbot, isUnsaved, save, show, refresh, goTo, draft } = useBuilder();
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const hasBegun = useRef(false);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the dialog is opened
  useEffect(() => {
    if (hasBegun.current) return;
    hasBegun.current = true;
    const publish = async () => {
      // What keeps it from being saved is shown in the place of this dialog.
      if (isUnsaved && !(await save())) return onClose();
      const { publishChatbot } = await connection.mutate(PUBLISH, { id: chatbot.id });
      const { chatbotVersion: version, problems } = publishChatbot!;
      if (!version) return setOutcome({ kind: "refused", problems });
      setOutcome({ kind: "published", version, warnings: problems.length });
      refresh();
    };
    publish().catch((error) => {
      showProblem(error);
      onClose();
    });
  }, []);

  if (outcome === null) {
    return (
      <Dialog title={builderTexts.publish} onClose={onClose}>
        <Loading label={texts.publishing} />
      </Dialog>
    );
  }
  if (outcome.kind === "refused") {
    const nameOf = (id: string | null) => {
      const node = draft.nodes.find((each) => each.id === id);
      return node ? names.node(node) : builderTexts.wholeChatbot;
    };
    const errors = outcome.problems.filter(({ severity }) => severity === "error");
    return (
      <Dialog title={builderTexts.cannotPublish} onClose={onClose}>
        <ul className="problems">
          {errors.slice(0, 8).map(({ code, graphNodeId, message, path }) => (
            <li key={`${code} ${graphNodeId} ${path}`}>
              <button
                type="button"
                className="problem-row error"
                onClick={() => {
                  onClose();
                  if (draft.nodes.some(({ id }) => id === graphNodeId)) goTo(graphNodeId!);
                  show("problems");
                }}
              >
                <Icon name="warning" />
                <span>
                  <strong>{nameOf(graphNodeId)}</strong>
                  <span lang="en">{message}</span>
                </span>
              </button>
            </li>
          ))}
        </ul>
        <div className="actions">
          <Button look="primary" onClick={onClose}>
            {builderTexts.closePanel}
          </Button>
        </div>
      </Dialog>
    );
  }
  const { version } = outcome;
  return (
    <Dialog title={builderTexts.published(version.number)} onClose={onClose}>
      <p>{texts.activateNow}</p>
      <ActivationForm
        chatbotId={chatbot.id}
        versionId={version.id}
        onDone={() => {
          showToast(texts.activated(version.number));
          refresh();
          onClose();
        }}
        onCancel={onClose}
      />
    </Dialog>
  );
}
