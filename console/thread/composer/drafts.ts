/** What was written and not sent: one text for the customer and one for the team, per conversation. */
export type Draft = { reply: string; note: string };

const EMPTY: Draft = { reply: "", note: "" };
/** Emptied at sign-out, as everything that is not a preference. */
const keyOf = (conversationId: string) => `parley.draft.${conversationId}`;

export function readDraft(conversationId: string): Draft {
  const stored = localStorage.getItem(keyOf(conversationId));
  return stored === null ? EMPTY : { ...EMPTY, ...JSON.parse(stored) };
}

export function keepDraft(conversationId: string, draft: Draft): void {
  if (draft.reply === "" && draft.note === "") localStorage.removeItem(keyOf(conversationId));
  else localStorage.setItem(keyOf(conversationId), JSON.stringify(draft));
}
