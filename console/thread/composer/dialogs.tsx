import type { Bubble, Head } from "../documents.ts";
import { CannedDialog } from "./canned_dialog.tsx";
import { InteractiveDialog } from "./interactive_dialog.tsx";
import { ScheduleDialog } from "./schedule_dialog.tsx";
import type { CannedReply } from "./suggestions.tsx";
import { TemplateDialog } from "./template_dialog.tsx";

/** A form that makes another message than a text. */
export type ComposerDialog =
  | { kind: "template" }
  | { kind: "interactive" }
  | { kind: "schedule" }
  | { kind: "canned"; reply: CannedReply };

export function ComposerDialogs({
  dialog,
  head,
  text,
  quoted,
  onSent,
  onScheduled,
  onClose,
}: {
  dialog: ComposerDialog;
  head: Head;
  /** What is written, which can be sent later. */
  text: string;
  quoted: Bubble | null;
  onSent: () => void;
  onScheduled: () => void;
  onClose: () => void;
}) {
  switch (dialog.kind) {
    case "template":
      return <TemplateDialog head={head} onClose={onClose} />;
    case "interactive":
      return <InteractiveDialog head={head} text={text} quoted={quoted} onSent={onSent} onClose={onClose} />;
    case "schedule":
      return (
        <ScheduleDialog head={head} text={text} quoted={quoted} onScheduled={onScheduled} onClose={onClose} />
      );
    case "canned":
      return (
        <CannedDialog head={head} reply={dialog.reply} quoted={quoted} onSent={onSent} onClose={onClose} />
      );
    default:
      return dialog satisfies never;
  }
}
