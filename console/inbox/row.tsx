import { memo } from "react";
import { nameOf } from "../contact/name.ts";
import { useMember } from "../session/member.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Icon } from "../ui/icon.tsx";
import { TagDot } from "../ui/tag_dot.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { longTime, shortTime } from "../words/time.ts";
import type { Row } from "./documents.ts";
import { previewOf } from "./preview.ts";
import { Ticks } from "./ticks.tsx";
import { windowLeft } from "./window.ts";
import { words } from "./words.ts";

/** What a row of the list says of a conversation, in three lines. */
export const RowContent = memo(function RowContent({
  row,
  isSelected,
  showsChannel,
  now,
}: {
  row: Row;
  isSelected: boolean;
  showsChannel: boolean;
  now: Date;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  const name = nameOf(row.contact);
  return (
    <>
      {/* Chosen by x or Shift and the arrows, too: as a picture it is not in the way of the keyboard. */}
      <span className="check" data-check title={texts.select}>
        {isSelected ? <Icon name="check" /> : <Avatar name={name} />}
      </span>
      <span className="line">
        <span className="name">
          <bdi>{name}</bdi>
        </span>
        <time dateTime={row.lastActivityAt} title={longTime(row.lastActivityAt, language)}>
          {shortTime(row.lastActivityAt, language, now)}
        </time>
      </span>
      <span className="line">
        <LastMessage row={row} />
        {row.unreadCount > 0 && (
          <span className="unread">
            <span className="visually-hidden">{texts.unread(row.unreadCount)}</span>
            <span aria-hidden="true">{row.unreadCount > 99 ? "99+" : row.unreadCount}</span>
          </span>
        )}
      </span>
      <span className="line marks">
        <InCharge row={row} />
        <State row={row} now={now} />
        {showsChannel && <span className="mark">{row.channel.name}</span>}
        {row.contact.contactTags.nodes.map(({ tag }) => (
          <span key={tag.id} className="mark tag">
            <TagDot color={tag.color} />
            <bdi>{tag.name}</bdi>
          </span>
        ))}
      </span>
    </>
  );
});

function LastMessage({ row: { lastMessage, lastMessagePreview } }: { row: Row }) {
  const texts = useWords(words);
  const preview = previewOf(lastMessagePreview, lastMessage?.type, texts.previews);
  const isOutbound = lastMessage?.direction === "outbound";
  return (
    <span className="preview">
      {isOutbound && lastMessage.messageStatus && <Ticks status={lastMessage.messageStatus.status} />}
      {isOutbound && lastMessage.author === "chatbot" && <Icon name="chatbot" />}
      {preview?.icon && <Icon name={preview.icon} />}
      {preview ? <bdi>{preview.text}</bdi> : <em>{texts.noMessages}</em>}
    </span>
  );
}

/** Who has the conversation: a member, a team, the chatbot, or nobody yet. */
function InCharge({ row: { assignee, assigneeId, team, handedOverAt } }: { row: Row }) {
  const texts = useWords(words);
  const { user } = useMember();
  if (assigneeId !== null)
    return (
      <span className="mark">
        <Icon name="user" />
        {assigneeId === user.id ? texts.me : (assignee?.user?.name ?? "?")}
      </span>
    );
  if (team)
    return (
      <span className="mark">
        <Icon name="team" />
        {team.name}
      </span>
    );
  if (handedOverAt !== null)
    return (
      <span className="mark warning">
        <Icon name="user" />
        {texts.handedOver}
      </span>
    );
  return (
    <span className="mark">
      <Icon name="user" />
      {texts.nobody}
    </span>
  );
}

function State({ row, now }: { row: Row; now: Date }) {
  const texts = useWords(words);
  const language = useLanguage();
  const left = windowLeft(row.windowExpiresAt, now);
  if (row.contact.status === "blocked") return <span className="mark danger">{texts.blocked}</span>;
  if (row.status === "closed")
    return (
      <span className="mark">
        <Icon name="check" />
        {texts.closed}
      </span>
    );
  if (row.snoozedUntil !== null && Date.parse(row.snoozedUntil) > now.getTime())
    return (
      <span className="mark" title={snoozedText(row.snoozedUntil)}>
        <Icon name="snooze" />
        {row.snoozedUntil.startsWith("infinity")
          ? texts.untilMessage
          : shortTime(row.snoozedUntil, language, now)}
      </span>
    );
  if (left !== null)
    return (
      <span className="mark warning" title={texts.windowLeft(left)}>
        <Icon name="clock" />
        <span className="visually-hidden">{texts.windowLeft(left)}</span>
        <span aria-hidden="true">{left}</span>
      </span>
    );
  return null;

  function snoozedText(until: string): string {
    return until.startsWith("infinity") ? texts.untilMessage : texts.snoozedUntil(longTime(until, language));
  }
}
