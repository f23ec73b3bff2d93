import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Bubble, Head } from "../documents.ts";
import { unsentOf } from "../messages/unsent_of.ts";
import { type InteractiveForm, interactiveContent, LIMITS } from "./interactive_content.ts";
import { composerWords } from "./words.ts";

/** A message with up to three buttons, or a list. */
export function InteractiveDialog({
  head,
  text,
  quoted,
  onSent,
  onClose,
}: {
  head: Head;
  text: string;
  quoted: Bubble | null;
  onSent: () => void;
  onClose: () => void;
}) {
  const texts = useWords(composerWords);
  const connection = useConnection();
  const [form, setForm] = useState<InteractiveForm>({
    kind: "button",
    header: "",
    body: text,
    footer: "",
    opener: "",
    rows: [{ title: "", about: "" }],
  });
  const content = interactiveContent(form);
  const change = (changed: Partial<InteractiveForm>) => setForm({ ...form, ...changed });
  const field = (name: "header" | "body" | "footer" | "opener", label: string) => (
    <Field label={label}>
      {(given) =>
        name === "body" ? (
          <textarea
            {...given}
            className="input"
            rows={3}
            required
            maxLength={LIMITS.body}
            value={form.body}
            onChange={({ target }) => change({ body: target.value })}
          />
        ) : (
          <input
            {...given}
            className="input"
            required={name === "opener"}
            maxLength={LIMITS[name]}
            value={form[name]}
            onChange={({ target }) => change({ [name]: target.value })}
          />
        )
      }
    </Field>
  );
  const send = () => {
    if (!content) return;
    unsentOf(connection).add({
      conversationId: head.id,
      order: {
        kind: "message",
        input: {
          conversationId: head.id,
          type: "interactive",
          content,
          ...(quoted && { replyToId: quoted.id }),
        },
      },
      text: form.body.trim(),
      quoted: quoted?.currentPreview ?? null,
    });
    onSent();
    onClose();
  };
  return (
    <Dialog title={texts.interactiveTitle} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <fieldset className="segments">
          <legend className="visually-hidden">{texts.kind}</legend>
          {(["button", "list"] as const).map((kind) => (
            <label key={kind}>
              <input
                type="radio"
                name="kind"
                checked={form.kind === kind}
                onChange={() => change({ kind, rows: form.rows.slice(0, LIMITS[kind].rows) })}
              />
              {kind === "button" ? texts.kindButtons : texts.kindList}
            </label>
          ))}
        </fieldset>
        {field("header", texts.header)}
        {field("body", texts.body)}
        {field("footer", texts.footer)}
        {form.kind === "list" && field("opener", texts.listButton)}
        <Rows form={form} onChange={(rows) => change({ rows })} />
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button look="primary" icon="send" type="submit" disabled={content === null}>
            {texts.send}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Rows({
  form: { kind, rows },
  onChange,
}: {
  form: InteractiveForm;
  onChange: (rows: InteractiveForm["rows"]) => void;
}) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  const limits = LIMITS[kind];
  const number = (at: number) => new Intl.NumberFormat(language).format(at + 1);
  const label = (at: number) => (kind === "button" ? texts.button(number(at)) : texts.row(number(at)));
  const set = (at: number, changed: Partial<InteractiveForm["rows"][number]>) =>
    onChange(rows.with(at, { ...rows[at]!, ...changed }));
  return (
    <div className="choice-rows">
      {rows.map(({ title, about }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is what stands in its place
        <div key={at} className="choice-row">
          <input
            className="input"
            aria-label={label(at)}
            placeholder={label(at)}
            maxLength={limits.title}
            value={title}
            onChange={({ target }) => set(at, { title: target.value })}
          />
          {kind === "list" && (
            <input
              className="input"
              aria-label={texts.rowAbout(number(at))}
              placeholder={texts.rowAbout(number(at))}
              maxLength={LIMITS.about}
              value={about}
              onChange={({ target }) => set(at, { about: target.value })}
            />
          )}
          <IconButton
            label={texts.removeRow(label(at))}
            icon="trash"
            disabled={rows.length === 1}
            onClick={() => onChange(rows.toSpliced(at, 1))}
          />
        </div>
      ))}
      {rows.length < limits.rows && (
        <Button icon="plus" onClick={() => onChange([...rows, { title: "", about: "" }])}>
          {texts.add}
        </Button>
      )}
    </div>
  );
}
