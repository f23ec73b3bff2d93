import type { Bubble, Media, Row, User } from "./types.ts";

/** What an agent sees, as lines of text: the inbox, newest first, and below it the open thread, oldest first. */
export function drawScreen(rows: readonly Row[], open: Row | undefined, thread: readonly Bubble[]): string[] {
  const bubbles = thread.toReversed().map((bubble) => drawBubble(bubble, nameOf(open)));
  return [...rows.map(drawRow), "---", ...bubbles];
}

function drawRow(row: Row): string {
  const tags = row.contact.contactTags.nodes.map(({ tag }) => ` #${tag.name}`).join("");
  const unread = row.unreadCount > 0 ? ` (${row.unreadCount})` : "";
  const assignee = row.assignee ? `, ${row.assignee.user.name}` : "";
  return `${nameOf(row)}${unread}: ${row.lastMessagePreview} [${row.status}${assignee}]${tags}`;
}

export function nameOf(row: Row | undefined): string {
  return row?.contact.name ?? row?.contact.profileName ?? row?.contact.phone ?? "?";
}

const TICKS: Record<string, string> = {
  queued: "…",
  sending: "…",
  sent: "✓",
  delivered: "✓✓",
  read: "✓✓ read",
};

function drawBubble(bubble: Bubble, customer: string): string {
  const nameOfAuthor = ({ author, user }: { author: string; user: User | null }) =>
    author === "contact" ? customer : (user?.name ?? author);
  const { quotedMessage, media, messageStatus } = bubble;
  const parts = [
    // A notice says itself whose doing it was.
    bubble.author === "system" ? "·" : `${nameOfAuthor(bubble)}:`,
    quotedMessage && `“${quotedMessage.currentPreview}” —`,
    media && drawMedia(media),
    bubble.currentPreview,
    bubble.editedAt && "(edited)",
    messageStatus && (TICKS[messageStatus.status] ?? messageStatus.status),
    ...bubble.reactions.map((reaction) => `[${reaction.emoji} ${nameOfAuthor(reaction)}]`),
  ];
  return parts.filter(Boolean).join(" ");
}

function drawMedia({ type, isVoice, mimeType, filename, state }: Media): string {
  return `<${[isVoice ? "voice" : type, mimeType, filename, state].filter(Boolean).join(" ")}>`;
}
