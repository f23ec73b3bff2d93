import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useWords } from "../../words/language.ts";
import { FormattedText } from "../bubble/formatted_text.tsx";
import type { Bubble, Head } from "../documents.ts";
import { unsentOf } from "../messages/unsent_of.ts";
import type { CannedReply } from "./suggestions.tsx";
import { composerWords } from "./words.ts";

/** A canned reply that is more than a text: shown with its values, and sent as it is. */
export function CannedDialog({
  head,
  reply,
  quoted,
  onSent,
  onClose,
}: {
  head: Head;
  reply: CannedReply;
  quoted: Bubble | null;
  onSent: () => void;
  onClose: () => void;
}) {
  const texts = useWords(composerWords);
  const connection = useConnection();
  const missing = reply.filled?.missingVariables ?? [];
  const preview = reply.filled?.preview ?? "";
  const send = () => {
    unsentOf(connection).add({
      conversationId: head.id,
      order: {
        kind: "canned",
        input: { conversationId: head.id, cannedReplyId: reply.id, ...(quoted && { replyToId: quoted.id }) },
      },
      text: preview,
      quoted: quoted?.currentPreview ?? null,
    });
    onSent();
    onClose();
  };
  return (
    <Dialog title={texts.cannedTitle(reply.title)} onClose={onClose}>
      <p className="soft">{texts.cannedType}</p>
      <div className="preview-pane">
        <div className="message outbound">
          <div className="bubble">
            <FormattedText text={preview} />
          </div>
        </div>
      </div>
      {missing.length > 0 && (
        <p className="composer-problem" role="alert">
          {texts.missing(missing.join(", "))}
        </p>
      )}
      <div className="actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button look="primary" icon="send" disabled={missing.length > 0} onClick={send}>
          {texts.send}
        </Button>
      </div>
    </Dialog>
  );
}
