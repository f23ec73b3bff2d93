import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import type { Unsent } from "../messages/unsent.ts";
import { unsentOf } from "../messages/unsent_of.ts";
import { useThread } from "../thread_context.ts";
import { formatTime } from "../times.ts";
import { words } from "../words.ts";
import { nameOfType } from "./author.ts";
import { FormattedText } from "./formatted_text.tsx";

/** A message that is not stored yet, or was refused. */
export function UnsentBubble({ unsent, isFirst }: { unsent: Unsent; isFirst: boolean }) {
  const texts = useWords(words);
  const language = useLanguage();
  const all = unsentOf(useConnection());
  const { takeBack } = useThread();
  const { key, state, problem, order, text, fileType, quoted } = unsent;
  const isNote = order.kind === "note";
  const isUnknown = isNote && problem?.code === "PYNET";
  return (
    <div className={`message unsent ${isNote ? "note" : "outbound"}${isFirst ? " first" : ""}`}>
      <div className="bubble">
        {quoted && (
          <p className="quote" dir="auto">
            {quoted}
          </p>
        )}
        {fileType && (
          <div className="file-card missing">
            <Icon name="file" />
            <strong>{nameOfType(fileType, false, texts)}</strong>
          </div>
        )}
        {text && <FormattedText text={text} />}
        <p className="meta">
          <time dateTime={unsent.at}>{formatTime(unsent.at, language)}</time>
          {state !== "refused" && (
            <span className="ticks" title={state === "waiting" ? texts.unsentWaiting : texts.unsentSending}>
              <Icon name="clock" />
              <span className="visually-hidden">{texts.unsentSending}</span>
            </span>
          )}
        </p>
        {state === "waiting" && <p className="waiting">{texts.unsentWaiting}</p>}
        {state === "refused" && (
          <div className="failure" role="alert">
            <Icon name="warning" />
            <div>
              <strong>{texts.refused}</strong>
              <p>{isUnknown ? texts.noteUnknown : problem?.message}</p>
              {problem && <small>{texts.failure(problem.code)}</small>}
              <div className="row">
                <Button onClick={() => all.retry(key)}>{texts.sendAgain}</Button>
                {text !== "" && order.kind !== "template" && (
                  <Button
                    onClick={() => {
                      takeBack(text);
                      all.discard(key);
                    }}
                  >
                    {texts.backToText}
                  </Button>
                )}
                <Button look="quiet" onClick={() => all.discard(key)}>
                  {texts.discard}
                </Button>
              </div>
            </div>
          </div>
        )}
      </div>
    </div>
  );
}
