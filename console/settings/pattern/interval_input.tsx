import { Field } from "../../ui/field.tsx";
import { optionalNumber, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { fromAmount, type Interval, toAmount, UNITS, type Unit } from "./interval.ts";
import { words } from "./words.ts";

/** An amount and its unit. Without an amount there is no interval. */
export function IntervalInput({
  name,
  label,
  hint,
  value,
  required = false,
  units = UNITS,
}: {
  name: string;
  label: string;
  hint?: string;
  value: Interval | null | undefined;
  required?: boolean;
  units?: readonly Unit[];
}) {
  const texts = useWords(words);
  const amount = toAmount(value);
  return (
    <Field label={label} hint={hint}>
      {(given) => (
        <div className="interval">
          <input
            {...given}
            className="input"
            name={name}
            type="number"
            min={0}
            required={required}
            defaultValue={amount?.amount ?? ""}
          />
          <select
            className="input"
            name={`${name}Unit`}
            aria-label={texts.unit}
            defaultValue={amount?.unit ?? "days"}
          >
            {units.map((unit) => (
              <option key={unit} value={unit}>
                {texts[unit]}
              </option>
            ))}
          </select>
        </div>
      )}
    </Field>
  );
}

/** The interval that was entered; null where no amount was. */
export function readInterval(form: FormData, name: string): Interval | null {
  const amount = optionalNumber(form, name);
  return amount === null ? null : fromAmount(amount, text(form, `${name}Unit`) as Unit);
}
