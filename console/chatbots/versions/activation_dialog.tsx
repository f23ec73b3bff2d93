import { useState } from "react";
import { useQuery } from "urql";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useBuilder } from "../builder/builder_context.ts";
import { versionWords } from "../words/version_words.ts";
import { ACTIVATE, BEFORE_ACTIVATION } from "./documents.ts";

const CHOICES = ["finish", "move", "restart"] as const;

/** Before a version answers customers: what becomes of runs that are in progress, and of other chatbots that answer. */
export function ActivationDialog({
  version,
  onClose,
}: {
  version: { id: string; number: number };
  onClose: () => void;
}) {
  const texts = useWords(versionWords);
  const { chatbot, refresh } = useBuilder();
  return (
    <Dialog title={texts.activateTitle(version.number)} onClose={onClose}>
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

export function ActivationForm({
  chatbotId,
  versionId,
  onDone,
  onCancel,
}: {
  chatbotId: string;
  versionId: string;
  onDone: () => void;
  onCancel: () => void;
}) {
  const texts = useWords(versionWords);
  const connection = useConnection();
  const [runningContexts, setRunning] = useState<(typeof CHOICES)[number]>("finish");
  const [isExclusive, setExclusive] = useState(true);
  const [isBusy, setBusy] = useState(false);
  const [{ data }] = useQuery({
    query: BEFORE_ACTIVATION,
    variables: { id: chatbotId },
    requestPolicy: "network-only",
  });
  const runs = data?.chatbot?.conversationContexts.totalCount ?? 0;
  const others = data?.chatbots?.nodes ?? [];
  const activate = async () => {
    setBusy(true);
    try {
      await connection.mutate(ACTIVATE, { versionId, runningContexts, isExclusive });
      onDone();
    } catch (error) {
      setBusy(false);
      showProblem(error);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void activate();
      }}
    >
      <fieldset className="stack tight">
        <legend>{texts.runs(runs)}</legend>
        {CHOICES.map((choice) => (
          <label key={choice} className="choice-row">
            <input
              type="radio"
              name="running"
              checked={runningContexts === choice}
              onChange={() => setRunning(choice)}
            />
            <span>
              <strong>{texts.running[choice]}</strong>
              <small>{texts.runningHint[choice]}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {others.length > 0 && (
        <label className="choice-row">
          <input
            type="checkbox"
            checked={isExclusive}
            onChange={({ target }) => setExclusive(target.checked)}
          />
          <span>
            <strong>{texts.exclusive}</strong>
            <small>{texts.exclusiveHint(others.map(({ name }) => name).join(", "))}</small>
          </span>
        </label>
      )}
      <div className="actions">
        <Button onClick={onCancel}>{texts.cancel}</Button>
        <Button look="primary" type="submit" disabled={isBusy}>
          {texts.activate}
        </Button>
      </div>
    </form>
  );
}
