import { useWords } from "../words/language.ts";
import { addDays, MAX_DAYS, type Period, PRESETS, type Preset, periodOf } from "./period.ts";
import { words } from "./words.ts";

/** A period by its name, or from one day until another. */
export function PeriodChoice({
  period,
  today,
  onChange,
}: {
  period: Period;
  today: string;
  onChange: (period: Period) => void;
}) {
  const texts = useWords(words);
  const preset = PRESETS.find((each) => {
    const { since, until } = periodOf(each, today);
    return since === period.since && until === period.until;
  });
  // The other end moves along, so that the period is one that can be asked for.
  const setSince = (since: string) => {
    const latest = addDays(since, MAX_DAYS - 1);
    const until = period.until < since ? since : period.until > latest ? latest : period.until;
    onChange({ since, until });
  };
  const setUntil = (until: string) => {
    const earliest = addDays(until, 1 - MAX_DAYS);
    const since = period.since > until ? until : period.since < earliest ? earliest : period.since;
    onChange({ since, until });
  };
  return (
    <div className="row wrap">
      <select
        className="input narrow"
        aria-label={texts.period}
        value={preset ?? ""}
        onChange={({ target }) => onChange(periodOf(target.value as Preset, today))}
      >
        {!preset && <option value="">{texts.custom}</option>}
        {PRESETS.map((each) => (
          <option key={each} value={each}>
            {texts.presets[each]}
          </option>
        ))}
      </select>
      <input
        className="input narrow"
        type="date"
        aria-label={texts.since}
        max={today}
        value={period.since}
        onChange={({ target }) => target.value && setSince(target.value)}
      />
      <input
        className="input narrow"
        type="date"
        aria-label={texts.until}
        max={today}
        value={period.until}
        onChange={({ target }) => target.value && setUntil(target.value)}
      />
    </div>
  );
}
