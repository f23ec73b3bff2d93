import "./composer.css";
import { type Ref, useImperativeHandle, useRef, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { useShortcuts } from "../../shell/keys.ts";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { summaryOf } from "../bubble/author.ts";
import type { Bubble, Head } from "../documents.ts";
import { unsentOf } from "../messages/unsent_of.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";
import { AttachmentTray } from "./attachment_tray.tsx";
import { ClosedWindow } from "./closed_window.tsx";
import { type ComposerDialog, ComposerDialogs } from "./dialogs.tsx";
import { ordersOf } from "./orders.ts";
import { useTyping } from "./presence.ts";
import { QuotedLine } from "./quoted_line.tsx";
import { ScheduledStrip } from "./scheduled_strip.tsx";
import { useHindrance } from "./send_state.ts";
import { Suggestions, useSuggestions } from "./suggestions.tsx";
import { TextArea } from "./text_area.tsx";
import { Tools } from "./tools.tsx";
import { useUploads } from "./uploads.ts";
import { useFileDrop } from "./use_file_drop.ts";
import { useFocusAfterChange } from "./use_focus_after_change.ts";
import { useText } from "./use_text.ts";
import { composerWords } from "./words.ts";

export type ComposerHandle = {
  quote: (message: Bubble) => void;
  /** Puts a text back that was not sent. */
  takeBack: (text: string) => void;
  focus: (mode?: "reply" | "note") => void;
  open: (dialog: ComposerDialog) => void;
};

/** Where the next message is written: one to the customer, or a note for the team. */
export function Composer({
  ref,
  head,
  onChanged,
}: {
  ref: Ref<ComposerHandle>;
  head: Head;
  onChanged: () => void;
}) {
  const texts = useWords(composerWords);
  const threadTexts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const { contactName } = useThread();
  const hindrance = useHindrance(head);
  const [mode, setMode] = useState<"reply" | "note">("reply");
  const [quoted, setQuoted] = useState<Bubble | null>(null);
  const [dialog, setDialog] = useState<ComposerDialog | null>(null);
  const uploads = useUploads();
  const root = useRef<HTMLDivElement>(null);
  const showTyping = useTyping(head.id);
  const isNote = mode === "note";
  const showsTyping = !isNote && hindrance === null && head.channel.kindCapabilities.hasTypingIndicator;
  const writing = useText(head.id, mode, () => showTyping(showsTyping));
  const { area, text, setText, setTextAt } = writing;
  const limit = isNote ? 16_384 : head.channel.kindCapabilities.textLimit;
  const excess = text.length - limit;
  const isWritable = isNote || hindrance === null;
  const isUploading = uploads.attachments.some(({ stored }) => stored === null);
  const { isDropping, handlers } = useFileDrop(isWritable, uploads.add);
  const canSend =
    isWritable && excess <= 0 && !isUploading && (text.trim() !== "" || uploads.attachments.length > 0);

  const suggestions = useSuggestions({ head, mode, text, area, setTextAt, onPick: setDialog });
  const focus = (next: "reply" | "note" = mode) => {
    setMode(next);
    requestAnimationFrame(() =>
      (area.current ?? root.current?.querySelector<HTMLElement>("input, button"))?.focus(),
    );
  };
  const send = (closes = false) => {
    if (!canSend) return;
    const stored = uploads.attachments.flatMap((each) => (each.stored ? [each.stored] : []));
    const orders = ordersOf({ head, isNote, text, stored, quoted, mentioned: suggestions.mentioned(text) });
    const all = unsentOf(connection);
    orders.forEach((order, at) => {
      all.add({
        ...order,
        conversationId: head.id,
        quoted: at === 0 && quoted ? summaryOf(quoted, threadTexts) : null,
        closes: closes && !isNote && at === orders.length - 1,
      });
    });
    setText("");
    setQuoted(null);
    uploads.clear();
    area.current?.focus();
  };
  useImperativeHandle(ref, () => ({
    quote: (message) => {
      setQuoted(message);
      focus(message.type === "note" ? "note" : mode);
    },
    takeBack: (back) => setText(text === "" ? back : `${back}\n${text}`),
    focus,
    open: setDialog,
  }));
  useShortcuts({ r: () => focus("reply"), n: () => focus("note"), t: () => setDialog({ kind: "template" }) });
  useFocusAfterChange(root, isWritable);

  return (
    <section
      ref={root}
      className={`composer${isNote ? " is-note" : ""}${isDropping ? " is-dropping" : ""}`}
      aria-label={texts.composer}
      {...handlers}
    >
      <ScheduledStrip head={head} onChanged={onChanged} />
      <div className="composer-modes">
        {(["reply", "note"] as const).map((each) => (
          <button key={each} type="button" aria-pressed={mode === each} onClick={() => focus(each)}>
            {each === "note" && <Icon name="note" />}
            {texts[each]}
          </button>
        ))}
      </div>
      {quoted && isWritable && <QuotedLine message={quoted} onEnd={() => setQuoted(null)} />}
      {isWritable ? (
        <>
          <AttachmentTray attachments={uploads.attachments} onRemove={uploads.remove} />
          <div className="composer-text">
            <Suggestions {...suggestions} />
            <TextArea
              ref={area}
              text={text}
              label={isNote ? texts.noteHint : texts.replyTo(contactName)}
              placeholder={isNote ? texts.noteHint : texts.replyHint}
              suggestions={suggestions}
              onText={setText}
              onCaret={suggestions.follow}
              onSend={send}
              onMark={writing.mark}
              onFiles={uploads.add}
              onLeave={() => (quoted ? setQuoted(null) : area.current?.blur())}
            />
          </div>
          {excess > 0 && (
            <p className="composer-problem" role="alert">
              {texts.tooLong(new Intl.NumberFormat(language).format(excess))}
            </p>
          )}
          <Tools
            isNote={isNote}
            canSend={canSend}
            messageTypes={head.channel.kindCapabilities.messageTypes}
            onFiles={uploads.add}
            onInsert={writing.insert}
            onMark={writing.mark}
            onOpen={setDialog}
            onSend={send}
            onCanned={() =>
              setTextAt(text === "" || text.endsWith(" ") ? `${text}/` : `${text} /`, text.length + 2)
            }
          />
        </>
      ) : (
        <ClosedWindow
          head={head}
          hindrance={hindrance!}
          hasDraft={writing.draft.reply !== ""}
          onSent={onChanged}
        />
      )}
      {isDropping && <p className="drop-hint">{texts.dropHere}</p>}
      {dialog && (
        <ComposerDialogs
          dialog={dialog}
          head={head}
          text={text}
          quoted={quoted}
          onSent={() => {
            setQuoted(null);
            if (dialog.kind === "interactive") setText("");
          }}
          onScheduled={() => {
            setText("");
            setQuoted(null);
            onChanged();
          }}
          onClose={() => setDialog(null)}
        />
      )}
    </section>
  );
}
