import { Dialog } from "../../ui/dialog.tsx";
import { useWords } from "../../words/language.ts";
import type { Head } from "../documents.ts";
import { TemplatePicker } from "./template_picker.tsx";
import { composerWords } from "./words.ts";

/** The templates while the reply window is open. */
export function TemplateDialog({ head, onClose }: { head: Head; onClose: () => void }) {
  const texts = useWords(composerWords);
  return (
    <Dialog title={texts.chooseTemplate} isWide onClose={onClose}>
      <TemplatePicker head={head} onSent={onClose} />
    </Dialog>
  );
}
