import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMember } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { APPROVE_CAMPAIGN, CANCEL_CAMPAIGN, type Campaign, START_CAMPAIGN } from "../campaign_documents.ts";
import { words } from "../words.ts";

/** Approves, starts now, or at a time. */
export function StartPanel({
  campaign,
  needsApproval,
  recipients,
  isReady,
  onChanged,
}: {
  campaign: Campaign;
  needsApproval: boolean;
  recipients: number;
  isReady: boolean;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const [isStarting, setStarting] = useState(false);
  const [at, setAt] = useState("");
  const { id, approvedAt, status, scheduledAt } = campaign;
  const mayStart = isReady && (!needsApproval || approvedAt !== null);
  const run = async (action: () => Promise<unknown>, done?: string) => {
    try {
      await action();
      if (done) showToast(done);
      onChanged();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <section className="card stack" aria-label={texts.start}>
      <h2>{texts.start}</h2>
      {needsApproval && (
        <Approval
          campaign={campaign}
          onApprove={() => void run(() => connection.mutate(APPROVE_CAMPAIGN, { id }))}
        />
      )}
      <Button look="primary" icon="send" disabled={!mayStart} onClick={() => setStarting(true)}>
        {texts.startNow}
      </Button>
      <Field
        label={texts.schedule}
        hint={status === "scheduled" && scheduledAt && texts.scheduledFor(format.dateTime(scheduledAt))}
      >
        {(given) => (
          <input
            {...given}
            className="input"
            type="datetime-local"
            value={at}
            onChange={({ target }) => setAt(target.value)}
          />
        )}
      </Field>
      <Button
        icon="clock"
        disabled={!mayStart || at === "" || new Date(at) <= new Date()}
        onClick={() =>
          void run(() => connection.mutate(START_CAMPAIGN, { id, at: new Date(at).toISOString() }))
        }
      >
        {texts.scheduleAction}
      </Button>
      {status === "scheduled" && (
        <Button look="danger" onClick={() => void run(() => connection.mutate(CANCEL_CAMPAIGN, { id }))}>
          {texts.unschedule}
        </Button>
      )}
      {isStarting && (
        <Confirm
          title={texts.startTitle(
            recipients === 1 ? texts.oneContact : texts.contacts(format.number(recipients)),
          )}
          action={texts.startNow}
          onConfirm={() => void run(() => connection.mutate(START_CAMPAIGN, { id, at: null }), texts.started)}
          onClose={() => setStarting(false)}
        >
          <p>{texts.startHint}</p>
        </Confirm>
      )}
    </section>
  );
}

function Approval({ campaign, onApprove }: { campaign: Campaign; onApprove: () => void }) {
  const texts = useWords(words);
  const format = useFormat();
  const { user } = useMember();
  const { approvedAt, approvedBy, editedBy, editedById } = campaign;
  const nameOf = (by: Campaign["approvedBy"]) => by?.user?.name ?? by?.user?.email ?? "–";
  if (approvedAt)
    return <p className="notice">{texts.approvedBy(nameOf(approvedBy), format.dateTime(approvedAt))}</p>;
  return (
    <div className="notice warning">
      <div className="stack tight">
        <p>{texts.needsApproval}</p>
        {editedById === user.id ? (
          <p>{texts.lastEdited(nameOf(editedBy))}</p>
        ) : (
          <Button icon="check" onClick={onApprove}>
            {texts.approve}
          </Button>
        )}
      </div>
    </div>
  );
}
