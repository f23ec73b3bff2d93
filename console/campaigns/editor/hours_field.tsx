import { useState } from "react";
import { useWords } from "../../words/language.ts";
import { words } from "../words.ts";

/** A rule with a time in hours or days, which can be off. */
export function HoursField({
  label,
  hours,
  initial,
  onChange,
}: {
  label: string;
  /** Null: the rule is off. */
  hours: number | null;
  initial: number;
  onChange: (hours: number | null) => void;
}) {
  const texts = useWords(words);
  const [unit, setUnit] = useState(hours === null || hours % 24 === 0 ? 24 : 1);
  const set = (count: number, factor: number) => {
    setUnit(factor);
    onChange(Math.max(1, Math.trunc(count)) * factor);
  };
  return (
    <div className="row wrap">
      <label className="row">
        <input
          type="checkbox"
          checked={hours !== null}
          onChange={({ target }) => onChange(target.checked ? initial : null)}
        />
        {label}
      </label>
      {hours !== null && (
        <span className="row">
          <input
            className="input short"
            type="number"
            min={1}
            aria-label={label}
            value={hours / unit}
            onChange={({ target }) => set(Number(target.value), unit)}
          />
          <select
            className="input narrow"
            aria-label={`${label}: ${texts.hours}, ${texts.days}`}
            value={unit}
            onChange={({ target }) => set(hours / unit, Number(target.value))}
          >
            <option value={1}>{texts.hours}</option>
            <option value={24}>{texts.days}</option>
          </select>
        </span>
      )}
    </div>
  );
}
