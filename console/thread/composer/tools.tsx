import { useRef } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { useWords } from "../../words/language.ts";
import type { ComposerDialog } from "./dialogs.tsx";
import { EmojiPicker } from "./emoji_picker.tsx";
import { VoiceRecorder } from "./voice_recorder.tsx";
import { composerWords } from "./words.ts";

/** What goes into a message beside its text, and the button that sends it. */
export function Tools({
  isNote,
  canSend,
  messageTypes,
  onFiles,
  onInsert,
  onMark,
  onOpen,
  onSend,
  onCanned,
}: {
  isNote: boolean;
  canSend: boolean;
  /** What the channel can send. */
  messageTypes: readonly string[];
  onFiles: (files: Iterable<File>, isVoice?: boolean) => void;
  onInsert: (text: string) => void;
  onMark: (sign: string) => void;
  onOpen: (dialog: ComposerDialog) => void;
  onSend: (closes?: boolean) => void;
  onCanned: () => void;
}) {
  const texts = useWords(composerWords);
  const input = useRef<HTMLInputElement>(null);
  const formats: MenuItem[] = [
    { label: texts.bold, onSelect: () => onMark("*") },
    { label: texts.italic, onSelect: () => onMark("_") },
    { label: texts.strike, onSelect: () => onMark("~") },
    { label: texts.code, onSelect: () => onMark("```") },
  ];
  const inserts: (MenuItem | false)[] = [
    { label: texts.canned, icon: "note", onSelect: onCanned },
    messageTypes.includes("interactive") && {
      label: texts.buttons,
      icon: "channel",
      onSelect: () => onOpen({ kind: "interactive" }),
    },
    messageTypes.includes("template") && {
      label: texts.template,
      icon: "template",
      onSelect: () => onOpen({ kind: "template" }),
    },
    { label: texts.schedule, icon: "clock", onSelect: () => onOpen({ kind: "schedule" }) },
  ];
  return (
    <div className="composer-tools">
      <IconButton label={texts.attach} icon="attach" onClick={() => input.current?.click()} />
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={({ target }) => {
          if (target.files) onFiles([...target.files]);
          target.value = "";
        }}
      />
      <EmojiPicker onPick={onInsert} />
      <Menu
        label={texts.format}
        className="button icon-only quiet format"
        trigger={<FormatSign label={texts.format} />}
        items={formats}
      />
      {!isNote && <Menu label={texts.insert} icon="plus" items={inserts.filter((item) => item !== false)} />}
      {!isNote && messageTypes.includes("audio") && <VoiceRecorder onRecorded={onFiles} />}
      <span className="gap" />
      <Button look="primary" icon={isNote ? "note" : "send"} disabled={!canSend} onClick={() => onSend()}>
        {isNote ? texts.addNote : texts.send}
      </Button>
      {!isNote && (
        <Menu
          label={texts.moreSending}
          icon="up"
          items={[
            { label: texts.sendAndClose, icon: "check", onSelect: () => onSend(true) },
            { label: texts.schedule, icon: "clock", onSelect: () => onOpen({ kind: "schedule" }) },
          ]}
        />
      )}
    </div>
  );
}

function FormatSign({ label }: { label: string }) {
  return (
    <>
      <b aria-hidden="true">B</b>
      <span className="visually-hidden">{label}</span>
    </>
  );
}
