import { useEffect, useState } from "react";
import { guardLeaving } from "../../routing/leaving.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { useWords } from "../../words/language.ts";
import { builderWords } from "../words/builder_words.ts";

/** While it is drawn, leaving is asked about: by links and keys in a dialog, by the browser in its own. */
export function LeaveDialog({ stays }: { stays: string }) {
  const texts = useWords(builderWords);
  const [leave, setLeave] = useState<{ proceed: () => void } | null>(null);
  useEffect(() => guardLeaving({ stays, ask: (proceed) => setLeave({ proceed }) }), [stays]);
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, []);
  if (!leave) return null;
  return (
    <Dialog title={texts.leave} onClose={() => setLeave(null)}>
      <p>{texts.leaveHint}</p>
      <div className="actions">
        <Button look="danger" onClick={leave.proceed}>
          {texts.leaveAnyway}
        </Button>
        <Button look="primary" onClick={() => setLeave(null)}>
          {texts.stay}
        </Button>
      </div>
    </Dialog>
  );
}
