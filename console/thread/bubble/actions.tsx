import { useConnection } from "../../graphql/use_connection.ts";
import { useMay, useMember } from "../../session/member.ts";
import { IconButton } from "../../ui/button.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { type Bubble, DELETE_NOTE } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";

const REACTIONS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** What can be done with a message: shown beside it under the pointer, and always reachable with the keyboard. */
export function BubbleActions({
  message,
  onEdit,
  onShowEdits,
}: {
  message: Bubble;
  onEdit: () => void;
  onShowEdits: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const { user } = useMember();
  const isAgent = useMay("agent");
  const isAdmin = useMay("admin");
  const { quote, react, mediaUrls, refresh } = useThread();
  const isNote = message.type === "note";
  const isOwn = message.user?.id === user.id;
  const content = message.currentContent ?? message.content;
  const text: unknown = content?.body?.text ?? content?.body ?? content?.caption ?? message.currentPreview;
  const canReact =
    isAgent && !isNote && message.origin !== "group" && message.messageStatus?.status !== "failed";
  const download = async () => {
    const address = await mediaUrls.of(message.id).catch(showProblem);
    if (address) location.assign(address.download);
  };
  const deleteNote = async () => {
    try {
      await connection.mutate(DELETE_NOTE, { messageId: message.id });
      refresh(message.id);
    } catch (error) {
      showProblem(error);
    }
  };
  const items: (MenuItem | false)[] = [
    isAgent && { label: texts.reply, icon: "reply", onSelect: () => quote(message) },
    typeof text === "string" && {
      label: texts.copy,
      icon: "copy",
      onSelect: () =>
        void navigator.clipboard.writeText(text).then(() => showToast(texts.copied), showProblem),
    },
    message.media?.state === "stored" && {
      label: texts.download,
      icon: "download",
      onSelect: () => void download(),
    },
    message.editedAt !== null && { label: texts.showEdits, icon: "history", onSelect: onShowEdits },
    isNote && isOwn && { label: texts.editNote, icon: "edit", onSelect: onEdit },
    isNote &&
      (isOwn || isAdmin) && {
        label: texts.deleteNote,
        icon: "trash",
        isDanger: true,
        onSelect: () => void deleteNote(),
      },
    ...(canReact
      ? REACTIONS.map((emoji) => ({ label: texts.reactWith(emoji), onSelect: () => react(message, emoji) }))
      : []),
  ];
  return (
    <div className="message-actions">
      {canReact && (
        <IconButton
          label={texts.reactWith("👍")}
          icon="emoji"
          tabIndex={-1}
          onClick={() => react(message, "👍")}
        />
      )}
      {isAgent && (
        <IconButton label={texts.reply} icon="reply" tabIndex={-1} onClick={() => quote(message)} />
      )}
      <Menu label={texts.actions} items={items.filter((item) => item !== false)} />
    </div>
  );
}
