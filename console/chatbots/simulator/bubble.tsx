import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { simulatorWords } from "../words/simulator_words.ts";
import type { Option, PhoneMessage } from "./phone_message.ts";
import type { Entry } from "./trial.ts";

/** One thing that happened: a message of either side, time that passed, or the end of the run. */
export function Bubble({
  entry,
  canTap,
  onTap,
}: {
  entry: Entry;
  canTap: boolean;
  onTap: (id: string, title: string) => void;
}) {
  const texts = useWords(simulatorWords);
  const language = useLanguage();
  switch (entry.kind) {
    case "customer":
      return (
        <p className="trial-bubble customer" dir="auto">
          {entry.text}
        </p>
      );
    case "time":
      return (
        <p className="passed">
          {new Date(entry.at).toLocaleString(language, {
            weekday: "short",
            hour: "2-digit",
            minute: "2-digit",
          })}
        </p>
      );
    case "end":
      return <p className="passed end">{texts.ended(entry.outcome, entry.reason)}</p>;
    default:
      return <BotBubble message={entry.message} canTap={canTap} onTap={onTap} />;
  }
}

function BotBubble({
  message: { type, header, body, footer, options, listTitle, formTitle },
  canTap,
  onTap,
}: {
  message: PhoneMessage;
  canTap: boolean;
  onTap: (id: string, title: string) => void;
}) {
  const texts = useWords(simulatorWords);
  const isFile = type !== "text" && type !== "interactive";
  return (
    <div className="trial-bubble bot" dir="auto">
      {isFile && (
        <span className="badge">
          <Icon name="file" />
          {type}
        </span>
      )}
      {header !== "" && <strong>{header}</strong>}
      {body !== "" && <p>{body}</p>}
      {footer !== "" && <small>{footer}</small>}
      {listTitle !== null ? (
        <details open={canTap} className="list">
          <summary>{listTitle}</summary>
          <Options options={options} canTap={canTap} onTap={onTap} />
        </details>
      ) : (
        options.length > 0 && <Options options={options} canTap={canTap} onTap={onTap} />
      )}
      {formTitle !== null && <p className="form">{texts.form(formTitle)}</p>}
    </div>
  );
}

function Options({
  options,
  canTap,
  onTap,
}: {
  options: readonly Option[];
  canTap: boolean;
  onTap: (id: string, title: string) => void;
}) {
  return (
    <ul className="options">
      {options.map(({ id, title, description, section }, index) => (
        <li key={id}>
          {section !== "" && section !== options[index - 1]?.section && <small>{section}</small>}
          <button type="button" disabled={!canTap} onClick={() => onTap(id, title)}>
            {title}
            {description !== "" && <small>{description}</small>}
          </button>
        </li>
      ))}
    </ul>
  );
}
