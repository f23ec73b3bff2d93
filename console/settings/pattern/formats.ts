import { useMemo } from "react";
import { useLanguage } from "../../words/language.ts";

/** How dates and numbers are written in the language of the page. */
export function useFormats() {
  const page = useLanguage();
  return useMemo(() => {
    // The region of the browser's language decides how dates are written: "en-GB" or "en-US".
    const language = navigator.languages.find((each) => each.startsWith(`${page}-`)) ?? page;
    const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
    const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
    const number = new Intl.NumberFormat(language);
    const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
    return {
      date: (instant: string) => date.format(new Date(instant)),
      dateTime: (instant: string) => dateTime.format(new Date(instant)),
      number: (value: number) => number.format(value),
      list: (items: readonly string[]) => new Intl.ListFormat(language, { type: "unit" }).format(items),
      /** "3 minutes ago". */
      ago: (instant: string) => {
        const [amount, unit] = distance((Date.parse(instant) - Date.now()) / 1000);
        return relative.format(amount, unit);
      },
      compare: new Intl.Collator(language, { numeric: true }).compare,
    };
  }, [page]);
}

function distance(seconds: number): [number, Intl.RelativeTimeFormatUnit] {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  for (const [unit, length] of units)
    if (Math.abs(seconds) >= length) return [Math.round(seconds / length), unit];
  return [0, "second"];
}
