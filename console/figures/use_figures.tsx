import type { DocumentInput } from "@urql/core";
import type { ReactNode } from "react";
import { type AnyVariables, useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { words } from "./words.ts";

/** Reads figures each time they are shown: they change all the time. Until they are there, `state` is what is shown. */
export function useFigures<Data, Variables extends AnyVariables>(
  query: DocumentInput<Data, Variables>,
  variables: Variables,
): { data: Data; state: null } | { data: null; state: ReactNode } {
  const texts = useWords(words);
  const [{ data, error }] = useQuery<Data, AnyVariables>({
    query: query as DocumentInput<Data>,
    variables: variables as AnyVariables,
    requestPolicy: "cache-and-network",
  });
  if (data) return { data, state: null };
  if (error) return { data: null, state: <Failed message={problemOf(error).message} /> };
  return { data: null, state: <Loading label={texts.loading} /> };
}

/** The values of days in their order, 0 for days without a row. */
export function byDay<Row extends { day: string | null }>(
  days: readonly string[],
  rows: readonly Row[] | undefined,
  value: (row: Row) => number,
): number[] {
  const found = new Map(rows?.map((row) => [row.day, value(row)]));
  return days.map((day) => found.get(day) ?? 0);
}

/** The same, null for days without a row. */
export function byDayOrNone<Row extends { day: string | null }>(
  days: readonly string[],
  rows: readonly Row[] | undefined,
  value: (row: Row) => number | null,
): (number | null)[] {
  const found = new Map(rows?.map((row) => [row.day, value(row)]));
  return days.map((day) => found.get(day) ?? null);
}
