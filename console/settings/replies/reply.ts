import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { text } from "../../ui/form/values.ts";

export const REPLIES = graphql(`
  query SettingsCannedReplies($after: Cursor) {
    cannedReplies(first: 100, after: $after) {
      nodes { id shortcut title type content mediaId language userId media { id type filename } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export type Reply = NonNullable<ResultOf<typeof REPLIES>["cannedReplies"]>["nodes"][number];

/** What the form has fields for; all else is edited as JSON. */
export const KINDS = ["text", "buttons", "file", "other"] as const;
export type Kind = (typeof KINDS)[number];

const MAX_BUTTONS = 3;

export function kindOf({ type, content, mediaId }: Pick<Reply, "type" | "content" | "mediaId">): Kind {
  if (type === "text") return "text";
  if (type === "interactive" && content?.type === "button" && hasOnlyReplies(content)) return "buttons";
  return mediaId ? "file" : "other";
}

/** A header or a footer would be lost in a form that has no field for it. */
function hasOnlyReplies(content: { header?: unknown; footer?: unknown }): boolean {
  return content.header === undefined && content.footer === undefined;
}

export function bodyOf({ type, content }: Pick<Reply, "type" | "content">): string {
  return (type === "interactive" ? content?.body?.text : (content?.body ?? content?.caption)) ?? "";
}

/** The titles of the reply buttons, filled up to three. */
export function buttonsOf({ content }: Pick<Reply, "content">): string[] {
  const buttons: { reply?: { title?: string } }[] = content?.action?.buttons ?? [];
  return Array.from({ length: MAX_BUTTONS }, (_, at) => buttons[at]?.reply?.title ?? "");
}

/** The message that the form describes. `file` is the one that was chosen or is there already. */
export function readMessage(
  form: FormData,
  kind: Kind,
  file: { id: string; type: string } | null,
): { type: Reply["type"]; content: unknown; mediaId: string | null } {
  const body = text(form, "body");
  switch (kind) {
    case "text":
      return { type: "text", content: { body }, mediaId: null };
    case "buttons":
      return {
        type: "interactive",
        content: { type: "button", body: { text: body }, action: { buttons: readButtons(form) } },
        mediaId: null,
      };
    case "file":
      return {
        type: (file?.type ?? "document") as Reply["type"],
        content: body === "" ? {} : { caption: body },
        mediaId: file?.id ?? null,
      };
    case "other":
      return {
        type: text(form, "type") as Reply["type"],
        content: JSON.parse(text(form, "content") || "{}"),
        mediaId: file?.id ?? null,
      };
    default:
      return kind satisfies never;
  }
}

function readButtons(form: FormData) {
  return form
    .getAll("button")
    .map((title) => String(title).trim())
    .filter(Boolean)
    .map((title, at) => ({ type: "reply", reply: { id: `button_${at + 1}`, title } }));
}
