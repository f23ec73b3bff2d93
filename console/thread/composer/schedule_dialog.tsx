import { useState } from "react";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { Failed } from "../../ui/states.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { type Bubble, type Head, SEND } from "../documents.ts";
import { mondayMorning, toLocalInput, tomorrowMorning } from "../moments.ts";
import { formatInstant } from "../times.ts";
import { composerWords } from "./words.ts";

/** Sends what is written at a later time. */
export function ScheduleDialog({
  head,
  text,
  quoted,
  onScheduled,
  onClose,
}: {
  head: Head;
  text: string;
  quoted: Bubble | null;
  onScheduled: () => void;
  onClose: () => void;
}) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  const connection = useConnection();
  const [body, setBody] = useState(text);
  const [at, setAt] = useState(() => toLocalInput(tomorrowMorning(new Date())));
  // Asked again after an error, it is scheduled once.
  const [idempotencyKey] = useState(() => crypto.randomUUID());
  const [problem, setProblem] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const sendAt = new Date(at);
  const isPast = !(sendAt.getTime() > Date.now());
  const { windowExpiresAt } = head;
  const isBeyondWindow = windowExpiresAt !== null && sendAt > new Date(windowExpiresAt);
  const save = async () => {
    setSaving(true);
    setProblem(null);
    try {
      await connection.mutate(SEND, {
        input: {
          conversationId: head.id,
          content: { body: body.trim() },
          sendAt: sendAt.toISOString(),
          idempotencyKey,
          ...(quoted && { replyToId: quoted.id }),
        },
      });
      onScheduled();
      onClose();
    } catch (error) {
      const { message, code } = problemOf(error);
      setProblem(`${message} (${code})`);
      setSaving(false);
    }
  };
  return (
    <Dialog title={texts.scheduleTitle} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <Field label={texts.body}>
          {(given) => (
            <textarea
              {...given}
              className="input"
              rows={4}
              required
              value={body}
              onChange={({ target }) => setBody(target.value)}
            />
          )}
        </Field>
        <MomentField value={at} onChange={setAt} />
        {isBeyondWindow && (
          <p className="notice warning">
            {texts.windowWarning(formatInstant(windowExpiresAt, language))} {texts.fallbackHint}
          </p>
        )}
        {problem !== null && <Failed message={problem} />}
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button
            look="primary"
            icon="clock"
            type="submit"
            disabled={isPast || isSaving || body.trim() === ""}
          >
            {texts.doSchedule}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** A day and time ahead, with those that are most often meant. */
export function MomentField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const texts = useWords(composerWords);
  const now = new Date();
  const isPast = value !== "" && new Date(value) <= now;
  const moments = [
    { label: texts.later, at: new Date(now.getTime() + 3_600_000) },
    { label: texts.tomorrow, at: tomorrowMorning(now) },
    { label: texts.monday, at: mondayMorning(now) },
  ];
  return (
    <Field label={texts.sendAt} error={isPast ? texts.past : undefined}>
      {(given) => (
        <>
          <input
            {...given}
            className="input"
            type="datetime-local"
            required
            min={toLocalInput(now)}
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
          <div className="moments">
            {moments.map(({ label, at }) => (
              <Button key={label} onClick={() => onChange(toLocalInput(at))}>
                {label}
              </Button>
            ))}
          </div>
        </>
      )}
    </Field>
  );
}
