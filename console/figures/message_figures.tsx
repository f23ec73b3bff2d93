import { graphql } from "../graphql/graphql.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { Chart } from "./chart/chart.tsx";
import { type Column, Figure } from "./figure.tsx";
import { daysOf, type Period } from "./period.ts";
import { ShareBar } from "./share_bars.tsx";
import { useColumns } from "./use_columns.ts";
import { byDay, useFigures } from "./use_figures.tsx";
import { useNames } from "./use_names.ts";
import { words } from "./words.ts";

const MESSAGES = graphql(`
  query MessageFigures($since: Date!, $until: Date!) {
    currentTenant {
      id
      inbound: messageFigures(since: $since, until: $until, by: [day, direction], first: 400, filter: { direction: { equalTo: inbound } }) {
        nodes { day messages }
      }
      outbound: messageFigures(since: $since, until: $until, by: [day, direction], first: 400, filter: { direction: { equalTo: outbound } }) {
        nodes { day messages }
      }
      internal: messageFigures(since: $since, until: $until, by: [day, direction], first: 400, filter: { direction: { equalTo: internal } }) {
        nodes { day messages }
      }
      byChannel: messageFigures(since: $since, until: $until, by: [channel, direction], first: 600) {
        nodes { channelId direction messages }
      }
      byAuthor: messageFigures(since: $since, until: $until, by: [author], first: 10) { nodes { author messages } }
      byType: messageFigures(since: $since, until: $until, by: [type], first: 100) { nodes { type messages } }
    }
  }
`);

const DIRECTIONS = ["inbound", "outbound", "internal"] as const;
const LOOK = { inbound: "info", outbound: "accent", internal: "soft" };

/** How many messages, by day, channel, author and type. */
export function MessageFigures({ period }: { period: Period }) {
  const texts = useWords(words);
  const format = useFormat();
  const { day, number } = useColumns();
  const names = useNames();
  const { data, state } = useFigures(MESSAGES, period);
  if (!data) return state;
  const tenant = data.currentTenant;
  const days = daysOf(period);
  const series = DIRECTIONS.map((each) => ({
    name: texts.directions[each],
    look: LOOK[each],
    values: byDay(days, tenant?.[each].nodes, ({ messages }) => messages),
  }));
  const counted = (rows: readonly (readonly [string, number])[]) => {
    const sorted = rows.toSorted((a, b) => b[1] - a[1]);
    const largest = sorted[0]?.[1] ?? 0;
    const column: Column = {
      name: texts.messages,
      show: (value) => (
        <ShareBar value={Number(value)} largest={largest} text={format.number(Number(value))} />
      ),
    };
    return { rows: sorted, column };
  };
  const authors = counted(
    (tenant?.byAuthor.nodes ?? []).map(({ author, messages }) => [
      author ? texts.authors[author] : "–",
      messages,
    ]),
  );
  const types = counted((tenant?.byType.nodes ?? []).map(({ type, messages }) => [String(type), messages]));
  return (
    <>
      <Figure
        title={texts.perDay}
        columns={[day, ...series.map(({ name }) => number(name))]}
        rows={days.map((day, n) => [day, ...series.map(({ values }) => values[n] ?? 0)])}
        chart={
          <Chart
            label={texts.perDay}
            kind="bars"
            places={days.map(format.day)}
            series={series}
            format={format.compact}
          />
        }
      />
      <Figure
        title={texts.perChannel}
        columns={[{ name: texts.channel }, ...DIRECTIONS.map((each) => number(texts.directions[each]))]}
        rows={channelRows(tenant?.byChannel.nodes ?? [], names.channel, texts.noChannel)}
      />
      <div className="side-by-side">
        <Figure
          title={texts.perAuthor}
          columns={[{ name: texts.author }, authors.column]}
          rows={authors.rows}
        />
        <Figure title={texts.perType} columns={[{ name: texts.type }, types.column]} rows={types.rows} />
      </div>
    </>
  );
}

type ChannelCount = { channelId: string | null; direction: string | null; messages: number };

/** A row for each channel, with its number of each direction. */
function channelRows(
  counts: readonly ChannelCount[],
  names: ReadonlyMap<string, string>,
  otherwise: string,
): [string, ...number[]][] {
  return [...Map.groupBy(counts, ({ channelId }) => channelId)].map(([id, rows]) => [
    names.get(id ?? "") ?? otherwise,
    ...DIRECTIONS.map((each) => rows.find(({ direction }) => direction === each)?.messages ?? 0),
  ]);
}
