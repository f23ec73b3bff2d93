import { useMemo } from "react";
import { type Language, localeOf, useLanguage } from "./language.ts";

/** Numbers and times as the language of the page writes them. */
export type Format = ReturnType<typeof formatIn>;

/** Times are those of this browser; days ("2026-11-28") have no time zone. */
export function formatIn(chosen: Language) {
  const language = localeOf(chosen);
  const number = new Intl.NumberFormat(language);
  const compact = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const unit = (value: number, name: "second" | "minute" | "hour" | "day", digits = 0) =>
    new Intl.NumberFormat(language, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  return {
    number: (value: number) => number.format(value),
    /** 1.2K */
    compact: (value: number) => compact.format(value),
    /** Of a share, 0 to 1. */
    percent: (share: number) => percent.format(share),
    dateTime: (instant: string) => dateTime.format(new Date(instant)),
    date: (instant: string) => date.format(new Date(instant)),
    /** Of a day, "2026-11-28". */
    day: (text: string) => day.format(new Date(`${text}T00:00:00Z`)),
    list: (items: readonly string[]) => list.format(items),
    money: (amount: number, currency: string) =>
      new Intl.NumberFormat(language, { style: "currency", currency }).format(amount),
    /** In the largest unit that it fills. */
    duration: (seconds: number) => {
      if (seconds < 60) return unit(seconds, "second");
      if (seconds < 3_600) return unit(seconds / 60, "minute");
      if (seconds < 86_400) return unit(seconds / 3_600, "hour", 1);
      return unit(seconds / 86_400, "day", 1);
    },
  };
}

export function useFormat(): Format {
  const language = useLanguage();
  return useMemo(() => formatIn(language), [language]);
}
