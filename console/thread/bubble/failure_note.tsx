import { useEffect, useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { words } from "../words.ts";
import { explainFailure, type Failure } from "./failure.ts";

/** Why a message was not delivered, and what to do. */
export function FailureNote({ status }: { status: NonNullable<Bubble["messageStatus"]> }) {
  const texts = useWords(words);
  const language = useLanguage();
  const [failure, setFailure] = useState<Failure | null>(null);
  const { errorCode, error } = status;
  useEffect(() => {
    let isCurrent = true;
    void explainFailure(errorCode, error, language).then((next) => isCurrent && setFailure(next));
    return () => {
      isCurrent = false;
    };
  }, [errorCode, error, language]);
  return (
    <div className="failure">
      <Icon name="warning" />
      <div>
        <strong>{failure?.meaning || texts.status.failed}</strong>
        {failure?.remedy && <p>{failure.remedy}</p>}
        {errorCode && <small>{texts.failure(errorCode)}</small>}
      </div>
    </div>
  );
}
