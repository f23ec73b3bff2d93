import { memo, useState } from "react";
import { useMember } from "../../session/member.ts";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { formatInstant, formatTime } from "../times.ts";
import { words } from "../words.ts";
import { BubbleActions } from "./actions.tsx";
import { nameOfAuthor } from "./author.ts";
import { Content } from "./content.tsx";
import { EditsDialog } from "./edits_dialog.tsx";
import { FailureNote } from "./failure_note.tsx";
import { NoteEditor } from "./note_editor.tsx";
import { Quote } from "./quote.tsx";
import { Reactions } from "./reactions.tsx";
import { Ticks } from "./ticks.tsx";

/** A message of the customer, of the business, or a note. */
export const MessageBubble = memo(function MessageBubble({
  message,
  isFirst,
  chosen,
}: {
  message: Bubble;
  isFirst: boolean;
  chosen: string | null;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  const { user } = useMember();
  const { contactName } = useThread();
  const [isEditing, setEditing] = useState(false);
  const [showsEdits, setShowsEdits] = useState(false);
  const { direction, type, occurredAt, messageStatus, quotedMessage, editedAt, origin } = message;
  const side = type === "note" ? "note" : direction;
  const hasFailed = messageStatus?.status === "failed";
  const referral = message.metadata?.referral;
  return (
    <div className={`message ${side}${isFirst ? " first" : ""}${hasFailed ? " failed" : ""}`}>
      <div className={`bubble ${type}`}>
        {isFirst && side !== "inbound" && (
          <p className="author">
            {type === "note" && <Icon name="note" />}
            {message.author === "chatbot" && <Icon name="chatbot" />}
            {type === "note" && <span>{texts.note} ·</span>}
            {nameOfAuthor(message, contactName, user.id, texts)}
          </p>
        )}
        {origin === "group" && <p className="author">{texts.group}</p>}
        {referral && (
          <p className="referral">
            <Icon name="campaign" />
            <span>
              {texts.advertisement}
              {referral.headline && <strong dir="auto">{String(referral.headline)}</strong>}
            </span>
          </p>
        )}
        {quotedMessage && <Quote quoted={quotedMessage} />}
        {isEditing ? (
          <NoteEditor message={message} onClose={() => setEditing(false)} />
        ) : (
          <Content message={message} chosen={chosen} />
        )}
        <p className="meta">
          {origin === "history" && <span>{texts.history}</span>}
          {editedAt && message.revokedAt === null && (
            <button type="button" title={texts.showEdits} onClick={() => setShowsEdits(true)}>
              {texts.edited}
            </button>
          )}
          <time dateTime={occurredAt} title={formatInstant(occurredAt, language)}>
            {formatTime(occurredAt, language)}
          </time>
          {messageStatus && <Ticks status={messageStatus} />}
        </p>
        {hasFailed && <FailureNote status={messageStatus} />}
      </div>
      <Reactions message={message} />
      {message.revokedAt === null && (
        <BubbleActions
          message={message}
          onEdit={() => setEditing(true)}
          onShowEdits={() => setShowsEdits(true)}
        />
      )}
      {showsEdits && <EditsDialog messageId={message.id} onClose={() => setShowsEdits(false)} />}
    </div>
  );
});
