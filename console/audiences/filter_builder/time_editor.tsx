import { useWords } from "../../words/language.ts";
import { parseTime, type TimeValue, UNITS, type Unit, writeTime } from "./relative_time.ts";
import { words } from "./words.ts";

const FIRST: { [Is in TimeValue["is"]]: () => TimeValue } = {
  ago: () => ({ is: "ago", count: 30, unit: "days" }),
  in: () => ({ is: "in", count: 7, unit: "days" }),
  now: () => ({ is: "now" }),
  today: () => ({ is: "today" }),
  yesterday: () => ({ is: "yesterday" }),
  tomorrow: () => ({ is: "tomorrow" }),
  day: () => ({ is: "day", day: new Date().toISOString().slice(0, 10) }),
  other: () => ({ is: "other", text: new Date().toISOString() }),
};

/** A time as the filter language has it: relative to now, a day, or an instant. */
export function TimeEditor({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const texts = useWords(words);
  const time = parseTime(value);
  const change = (next: TimeValue) => onChange(writeTime(next));
  return (
    <fieldset className="row wrap tight" aria-label={label}>
      {(time.is === "ago" || time.is === "in") && (
        <>
          <input
            className="input short"
            type="number"
            min={1}
            max={99_999}
            aria-label={texts.count}
            value={time.count}
            onChange={({ target }) =>
              change({ ...time, count: Math.max(1, Math.trunc(Number(target.value))) })
            }
          />
          <select
            className="input narrow"
            aria-label={texts.unit}
            value={time.unit}
            onChange={({ target }) => change({ ...time, unit: target.value as Unit })}
          >
            {UNITS.map((each) => (
              <option key={each} value={each}>
                {texts.units[each]}
              </option>
            ))}
          </select>
        </>
      )}
      <select
        className="input narrow"
        aria-label={texts.when}
        value={time.is}
        onChange={({ target }) => change(FIRST[target.value as TimeValue["is"]]())}
      >
        {(Object.keys(FIRST) as TimeValue["is"][]).map((each) => (
          <option key={each} value={each}>
            {texts.time[each]}
          </option>
        ))}
      </select>
      {time.is === "day" && (
        <input
          className="input narrow"
          type="date"
          aria-label={texts.time.day}
          value={time.day}
          onChange={({ target }) => target.value && change({ is: "day", day: target.value })}
        />
      )}
      {time.is === "other" && (
        <input
          className="input narrow"
          aria-label={texts.time.other}
          value={time.text}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </fieldset>
  );
}
