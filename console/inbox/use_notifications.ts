import { nameOf } from "../contact/name.ts";
import { graphql } from "../graphql/graphql.ts";
import { useConnection, useLiveRows } from "../graphql/use_connection.ts";
import { go } from "../routing/location.ts";
import { useMember } from "../session/member.ts";
import { useWords } from "../words/language.ts";
import { mayNotify } from "./notifications.ts";
import { previewOf } from "./preview.ts";
import { words } from "./words.ts";

const SUBJECT = graphql(`
  query NotifiedConversation($id: UUID!) {
    conversation(id: $id) { id status assigneeId snoozedUntil contact { id name profileName username phone } }
  }
`);
const MENTION = graphql(`
  query NotifiedMention($id: UUID!) {
    mention(id: $id) { id conversationId message { id currentPreview user { id name } } }
  }
`);

/** Messages that change another one are not worth a notification. */
const SILENT: ReadonlySet<string> = new Set(["reaction", "edit", "revoke", "system"]);

/** Notifies the user, who has asked for it, of customers' messages and of mentions while they look at something else. */
export function useNotifications(): void {
  const texts = useWords(words);
  const connection = useConnection();
  const { user } = useMember();
  useLiveRows("message", ({ conversationId, type, direction, currentPreview }) => {
    if (direction !== "inbound" || SILENT.has(type) || !isWanted()) return;
    void connection
      .query(SUBJECT, { id: conversationId })
      .then(({ conversation }) => {
        if (!conversation || (conversation.assigneeId !== null && conversation.assigneeId !== user.id))
          return;
        const body = previewOf(currentPreview, type, texts.previews)?.text ?? "";
        notify(nameOf(conversation.contact), body, conversationId);
      })
      // What cannot be asked for now is in the inbox later.
      .catch(() => {});
  });
  useLiveRows("mention", ({ id, userId, readAt }) => {
    if (userId !== user.id || readAt !== null || !isWanted()) return;
    void connection
      .query(MENTION, { id })
      .then(({ mention }) => {
        if (!mention) return;
        const title = texts.mentioned(mention.message?.user?.name ?? "?");
        notify(title, mention.message?.currentPreview ?? "", mention.conversationId);
      })
      .catch(() => {});
  });
}

function isWanted(): boolean {
  return mayNotify() && (document.hidden || !document.hasFocus());
}

/** The next one of a conversation takes the place of the last, also if it comes from another tab. */
function notify(title: string, body: string, conversationId: string): void {
  const notification = new Notification(title, { body, tag: conversationId });
  notification.onclick = () => {
    focus();
    go(`inbox/${conversationId}`);
    notification.close();
  };
}
