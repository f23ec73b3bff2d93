import { useRef, useState } from "react";
import { FieldSet, Select, TextInput } from "../../ui/form/fields.tsx";
import { useWords } from "../../words/language.ts";
import { bodyOf, buttonsOf, KINDS, type Kind, kindOf, type Reply } from "./reply.ts";
import { words } from "./words.ts";

export function Fields({ reply, mayShare }: { reply: Reply | null; mayShare: boolean }) {
  const texts = useWords(words);
  const [kind, setKind] = useState<Kind>(reply ? kindOf(reply) : "text");
  const isMine = reply ? reply.userId !== null : !mayShare;
  return (
    <>
      <TextInput
        name="shortcut"
        label={texts.shortcut}
        hint={texts.shortcutHint}
        value={reply?.shortcut}
        pattern="[^\s\/]{1,50}"
        required
        autoComplete="off"
        spellCheck={false}
      />
      <TextInput name="title" label={texts.name} value={reply?.title} required />
      <Select
        name="audience"
        label={texts.audience}
        value={isMine ? "me" : "all"}
        options={[
          { value: "me", label: texts.onlyMe },
          ...(mayShare ? [{ value: "all", label: texts.everybody }] : []),
        ]}
      />
      <Select
        name="kind"
        label={texts.kind}
        value={kind}
        onSelect={(chosen) => setKind(chosen as Kind)}
        options={KINDS.map((value) => ({ value, label: texts.kinds[value] }))}
      />
      {kind === "file" && (
        <TextInput
          name="file"
          type="file"
          label={texts.file}
          hint={reply?.media ? texts.present(reply.media.filename ?? reply.media.type) : texts.fileHint}
          required={!reply?.mediaId}
        />
      )}
      {kind === "other" ? (
        <>
          <TextInput name="type" label={texts.type} value={reply?.type ?? "location"} required />
          <TextInput
            name="content"
            label={texts.content}
            hint={texts.contentHint}
            rows={8}
            value={JSON.stringify(reply?.content ?? {}, null, 2)}
            spellCheck={false}
          />
        </>
      ) : (
        <Body
          label={kind === "file" ? texts.caption : texts.text}
          reply={reply}
          isRequired={kind !== "file"}
        />
      )}
      {kind === "buttons" &&
        (reply ? buttonsOf(reply) : ["", "", ""]).map((title, at) => (
          <TextInput
            // biome-ignore lint/suspicious/noArrayIndexKey: there are always three
            key={at}
            name="button"
            label={texts.button(at + 1)}
            value={title}
            maxLength={20}
            required={at === 0}
          />
        ))}
      <TextInput
        name="language"
        label={texts.language}
        hint={texts.languageHint}
        value={reply?.language}
        autoComplete="off"
      />
    </>
  );
}

/** The text, with what can be inserted at the cursor. */
function Body({ label, reply, isRequired }: { label: string; reply: Reply | null; isRequired: boolean }) {
  const texts = useWords(words);
  const frame = useRef<HTMLDivElement>(null);
  const insert = (variable: string) => {
    const area = frame.current!.querySelector("textarea")!;
    area.setRangeText(variable, area.selectionStart, area.selectionEnd, "end");
    area.focus();
  };
  return (
    <div className="stack" ref={frame}>
      <TextInput
        name="body"
        label={label}
        hint={texts.variablesHint}
        rows={5}
        required={isRequired}
        value={reply ? bodyOf(reply) : ""}
      />
      <FieldSet legend={texts.variables}>
        <div className="variables">
          {Object.entries(texts.variable).map(([variable, name]) => (
            <button key={variable} type="button" className="badge" onClick={() => insert(variable)}>
              {name}
            </button>
          ))}
        </div>
      </FieldSet>
    </div>
  );
}
