import { Button } from "../../ui/button.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { words } from "./words.ts";

/** A text to be copied: a key, a link. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const texts = useWords(words);
  const copy = () => navigator.clipboard.writeText(text).then(() => showToast(texts.copied), showProblem);
  return (
    <div className="copyable">
      <input
        className="input"
        readOnly
        aria-label={label}
        value={text}
        onFocus={(event) => event.currentTarget.select()}
      />
      <Button icon="copy" onClick={() => void copy()}>
        {texts.copy}
      </Button>
    </div>
  );
}
