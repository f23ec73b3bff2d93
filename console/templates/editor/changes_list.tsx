import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import type { TemplateChange } from "../template_documents.ts";
import { words } from "../words.ts";

const LOOK = { queued: "info", done: "accent", failed: "danger" };

/** What was asked of Meta, newest first, and what Meta answered. */
export function ChangesList({ changes }: { changes: readonly TemplateChange[] }) {
  const texts = useWords(words);
  const format = useFormat();
  return (
    <section className="stack tight" aria-label={texts.changes}>
      <h2>{texts.changes}</h2>
      {changes.length === 0 && <p className="soft">{texts.noChanges}</p>}
      <ul className="stack tight">
        {changes.map(({ id, kind, state, createdAt, attempts, errorCode, error, requestedBy }) => (
          <li key={id} className="form-item">
            <span className="row spread wrap">
              <strong>{texts.change[kind]}</strong>
              <span className={`badge ${LOOK[state]}`}>{texts.changeState[state]}</span>
            </span>
            <span className="soft small">
              {[
                format.dateTime(createdAt),
                requestedBy?.user?.name ?? requestedBy?.user?.email,
                attempts > 1 && texts.attempts(format.number(attempts)),
              ]
                .filter(Boolean)
                .join(" · ")}
            </span>
            {error && (
              <span className="small problem">
                {error} {errorCode && `(${errorCode})`}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
