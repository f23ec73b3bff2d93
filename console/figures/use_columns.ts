import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import type { Column } from "./figure.tsx";
import { words } from "./words.ts";

/** Columns of the tables beside charts, by what they show. */
export function useColumns() {
  const texts = useWords(words);
  const format = useFormat();
  const ofNumbers =
    (show: (value: number) => string) =>
    (name: string): Column => ({ name, isNumber: true, show: (value) => show(Number(value)) });
  const day: Column = { name: texts.day, show: (value) => format.day(String(value)) };
  return {
    day,
    number: ofNumbers(format.number),
    percent: ofNumbers(format.percent),
    time: ofNumbers(format.duration),
  };
}
