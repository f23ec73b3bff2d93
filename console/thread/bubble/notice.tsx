import { useQuery } from "urql";
import { useMember } from "../../session/member.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { type Language, useLanguage, useWords } from "../../words/language.ts";
import { type Bubble, COLLEAGUES } from "../documents.ts";
import { formatInstant, formatTime } from "../times.ts";
import { type Words, words } from "../words.ts";

const ICONS: Readonly<Record<string, IconName>> = {
  assigned: "user",
  unassigned: "user",
  given_to_team: "team",
  removed_from_team: "team",
  handed_over: "forward",
  returned_to_chatbot: "chatbot",
  closed: "check",
  archived: "check",
  reopened: "refresh",
  snoozed: "snooze",
  snooze_ended: "snooze",
};

/** What happened to the conversation, between its messages. */
export function Notice({ message }: { message: Bubble }) {
  const texts = useWords(words);
  const language = useLanguage();
  const { user } = useMember();
  const [{ data }] = useQuery({ query: COLLEAGUES });
  const names: Names = {
    user: (id) => data?.memberships?.nodes.find((each) => each.user?.id === id)?.user?.name ?? null,
    team: (id) => data?.teams?.nodes.find((each) => each.id === id)?.name ?? null,
    me: user,
  };
  const note = message.content?.note;
  return (
    <div className="notice-line">
      <Icon name={ICONS[message.content?.event] ?? "bell"} />
      <span dir="auto">{noticeText(message, names, texts, language)}</span>
      <time dateTime={message.occurredAt}>{formatTime(message.occurredAt, language)}</time>
      {typeof note === "string" && note !== "" && (
        <p className="handover-note" dir="auto">
          {note}
        </p>
      )}
    </div>
  );
}

type Names = {
  user: (id: string) => string | null;
  team: (id: string) => string | null;
  me: { id: string };
};

/** A notice in the language of this browser; one of WhatsApp's is in its own words. */
export function noticeText(
  { content, currentPreview, user, direction }: Bubble,
  names: Names,
  { notices }: Words,
  language: Language,
): string {
  const preview = currentPreview ?? content?.body ?? "";
  if (direction === "inbound") return preview;
  const by: string | null = user?.name ?? (content.by ? names.user(content.by) : null);
  const team = () => names.team(content.team_id) ?? notices.aTeam;
  switch (content?.event) {
    case "assigned": {
      const name = names.user(content.user_id) ?? notices.someone;
      return content.user_id === content.by ? notices.taken(name) : notices.assigned(name, by);
    }
    case "unassigned":
      return notices.unassigned(by);
    case "given_to_team":
      return notices.given_to_team(team(), by);
    case "removed_from_team":
      return notices.removed_from_team(by);
    case "handed_over":
      return notices.handed_over(content.team ?? null);
    case "returned_to_chatbot":
      return notices.returned_to_chatbot(by);
    case "closed":
      return notices.closed(by);
    case "archived":
      return notices.archived(by);
    case "reopened":
      return notices.reopened(by);
    case "snoozed":
      return notices.snoozed(
        content.until ? formatInstant(content.until, language) : notices.nextMessage,
        by,
      );
    case "snooze_ended":
      return notices.snooze_ended(by);
    default:
      return preview;
  }
}
