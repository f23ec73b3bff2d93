import { graphql } from "../graphql/graphql.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { Chart } from "./chart/chart.tsx";
import { type Column, Figure } from "./figure.tsx";
import { daysOf, type Period } from "./period.ts";
import { useColumns } from "./use_columns.ts";
import { byDayOrNone, useFigures } from "./use_figures.tsx";
import { useNames } from "./use_names.ts";
import { words } from "./words.ts";

const TEAM = graphql(`
  query TeamFigures($since: Date!, $until: Date!) {
    currentTenant {
      id
      byDay: handoffFigures(since: $since, until: $until, by: [day], first: 400) {
        nodes { day medianResponseSeconds p90ResponseSeconds }
      }
      byUser: handoffFigures(since: $since, until: $until, by: [user], first: 500) {
        nodes { userId handoffs responses resolutions medianResponseSeconds p90ResponseSeconds medianResolutionSeconds }
      }
      byTeam: handoffFigures(since: $since, until: $until, by: [team], first: 200) {
        nodes { teamId handoffs responses resolutions medianResponseSeconds p90ResponseSeconds medianResolutionSeconds }
      }
      waitingFigures(first: 500) { nodes { isHandedOver teamId userId conversations waiting waitingSince } }
      conversationFigures(first: 10) { nodes { status conversations activeLastDay activeLastWeek activeLastMonth } }
    }
  }
`);

type Handling = {
  handoffs: number;
  responses: number;
  resolutions: number;
  medianResponseSeconds: number | null;
  p90ResponseSeconds: number | null;
  medianResolutionSeconds: number | null;
};

/** How fast people answer what is handed over to them, and who waits now. */
export function TeamFigures({ period }: { period: Period }) {
  const texts = useWords(words);
  const format = useFormat();
  const { day, number, time } = useColumns();
  const names = useNames();
  const { data, state } = useFigures(TEAM, period);
  if (!data) return state;
  const tenant = data.currentTenant;
  const days = daysOf(period);
  const daily = tenant?.byDay.nodes;
  const response = [
    {
      name: texts.median,
      look: "accent",
      values: byDayOrNone(days, daily, (row) => row.medianResponseSeconds),
    },
    { name: texts.p90, look: "warning", values: byDayOrNone(days, daily, (row) => row.p90ResponseSeconds) },
  ];
  const handling: Column[] = [
    number(texts.handoffs),
    number(texts.responses),
    time(texts.median),
    time(texts.p90),
    number(texts.resolutions),
    time(texts.medianResolution),
  ];
  const handled = (row: Handling) => [
    row.handoffs,
    row.responses,
    row.medianResponseSeconds,
    row.p90ResponseSeconds,
    row.resolutions,
    row.medianResolutionSeconds,
  ];
  return (
    <>
      <Figure
        title={texts.waiting}
        note={texts.waitingNote}
        empty={texts.nobodyWaits}
        columns={[
          { name: texts.hands },
          { name: texts.team },
          { name: texts.user },
          number(texts.conversations),
          number(texts.waitingCount),
          { name: texts.longest, show: (value) => format.dateTime(String(value)) },
        ]}
        rows={(tenant?.waitingFigures.nodes ?? []).map((row) => [
          row.isHandedOver ? texts.ofUsers : texts.ofChatbots,
          row.teamId && (names.team.get(row.teamId) ?? null),
          row.userId ? (names.user.get(row.userId) ?? null) : row.isHandedOver ? texts.nobody : null,
          row.conversations,
          row.waiting,
          row.waitingSince,
        ])}
      />
      <Figure
        title={texts.responsePerDay}
        columns={[day, time(texts.median), time(texts.p90)]}
        rows={(daily ?? []).map((row) => [row.day, row.medianResponseSeconds, row.p90ResponseSeconds])}
        chart={
          <Chart
            label={texts.responsePerDay}
            kind="lines"
            places={days.map(format.day)}
            series={response}
            format={format.duration}
          />
        }
      />
      <Figure
        title={texts.byUser}
        columns={[{ name: texts.user }, ...handling]}
        rows={(tenant?.byUser.nodes ?? []).map((row) => [
          (row.userId && names.user.get(row.userId)) || texts.phoneApp,
          ...handled(row),
        ])}
      />
      <Figure
        title={texts.byTeam}
        columns={[{ name: texts.team }, ...handling]}
        rows={(tenant?.byTeam.nodes ?? []).map((row) => [
          (row.teamId && names.team.get(row.teamId)) || texts.noTeam,
          ...handled(row),
        ])}
      />
      <Figure
        title={texts.conversationStatus}
        columns={[
          { name: texts.statusLabel },
          number(texts.conversations),
          number(texts.activeDay),
          number(texts.activeWeek),
          number(texts.activeMonth),
        ]}
        rows={(tenant?.conversationFigures.nodes ?? []).map((row) => [
          texts.status[row.status],
          row.conversations,
          row.activeLastDay,
          row.activeLastWeek,
          row.activeLastMonth,
        ])}
      />
    </>
  );
}
