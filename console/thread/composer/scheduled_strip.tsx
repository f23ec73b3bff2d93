import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Head } from "../documents.ts";
import { toLocalInput } from "../moments.ts";
import { formatInstant } from "../times.ts";
import { MomentField } from "./schedule_dialog.tsx";
import { composerWords } from "./words.ts";

const UPDATE = graphql(`
  mutation ThreadUpdateScheduled($id: UUID!, $patch: ScheduledMessagePatch!) {
    updateScheduledMessage(input: { id: $id, patch: $patch }) { scheduledMessage { id sendAt content } }
  }
`);
const CANCEL = graphql(`
  mutation ThreadCancelScheduled($id: UUID!) {
    cancelScheduledMessage(input: { scheduledMessageId: $id }) { scheduledMessage { id status } }
  }
`);

type Scheduled = Head["scheduledMessages"]["nodes"][number];

/** Says that messages are scheduled; opens their list. */
export function ScheduledStrip({ head, onChanged }: { head: Head; onChanged: () => void }) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const scheduled = head.scheduledMessages.nodes;
  if (scheduled.length === 0 && !isOpen) return null;
  return (
    <>
      <button type="button" className="scheduled-strip" onClick={() => setOpen(true)}>
        <Icon name="clock" />
        {texts.scheduled(scheduled.length, new Intl.NumberFormat(language).format(scheduled.length))}
        {scheduled[0] && <span>{formatInstant(scheduled[0].sendAt, language)}</span>}
      </button>
      {isOpen && (
        <Dialog title={texts.scheduledTitle} onClose={() => setOpen(false)}>
          <ul className="stack">
            {scheduled.map((each) => (
              <ScheduledItem key={each.id} scheduled={each} onChanged={onChanged} />
            ))}
          </ul>
          {scheduled.length === 0 && <p className="soft">{texts.cancelled}</p>}
          <div className="actions">
            <Button onClick={() => setOpen(false)}>{texts.close}</Button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function ScheduledItem({ scheduled, onChanged }: { scheduled: Scheduled; onChanged: () => void }) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  const connection = useConnection();
  const [isEditing, setEditing] = useState(false);
  const [at, setAt] = useState(() => toLocalInput(new Date(scheduled.sendAt)));
  const isText = scheduled.type === "text";
  const words = String(
    scheduled.content?.body?.text ?? scheduled.content?.body ?? scheduled.content?.name ?? "",
  );
  const [body, setBody] = useState(words);
  const run = async (action: () => Promise<unknown>, said?: string) => {
    try {
      await action();
      setEditing(false);
      if (said) showToast(said);
    } catch (error) {
      showProblem(error);
    }
    onChanged();
  };
  const save = () => {
    const patch = { sendAt: new Date(at).toISOString(), ...(isText && { content: { body: body.trim() } }) };
    return run(() => connection.mutate(UPDATE, { id: scheduled.id, patch }));
  };
  if (!isEditing)
    return (
      <li className="scheduled-item">
        <small className="soft">
          {texts.scheduledFor(formatInstant(scheduled.sendAt, language))}
          {scheduled.user && ` · ${scheduled.user.name}`}
        </small>
        <p dir="auto">{words}</p>
        <div className="row">
          <Button icon="edit" onClick={() => setEditing(true)}>
            {texts.change}
          </Button>
          <Button
            icon="trash"
            look="danger"
            onClick={() => void run(() => connection.mutate(CANCEL, { id: scheduled.id }), texts.cancelled)}
          >
            {texts.cancelScheduled}
          </Button>
        </div>
      </li>
    );
  return (
    <li className="scheduled-item">
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {isText && (
          <textarea
            className="input"
            aria-label={texts.body}
            rows={3}
            required
            value={body}
            onChange={({ target }) => setBody(target.value)}
          />
        )}
        <MomentField value={at} onChange={setAt} />
        <div className="row">
          <Button onClick={() => setEditing(false)}>{texts.cancel}</Button>
          <Button look="primary" type="submit" disabled={isText && body.trim() === ""}>
            {texts.save}
          </Button>
        </div>
      </form>
    </li>
  );
}
