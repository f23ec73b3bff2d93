import { words as campaignWords, meaningOf } from "../campaigns/words.ts";
import { graphql } from "../graphql/graphql.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { Chart } from "./chart/chart.tsx";
import { Figure } from "./figure.tsx";
import { daysOf, type Period } from "./period.ts";
import { ShareBar } from "./share_bars.tsx";
import { useColumns } from "./use_columns.ts";
import { byDay, byDayOrNone, useFigures } from "./use_figures.tsx";
import { useNames } from "./use_names.ts";
import { words } from "./words.ts";

const DELIVERY = graphql(`
  query DeliveryFigures($since: Date!, $until: Date!) {
    currentTenant {
      id
      byDay: deliveryFigures(since: $since, until: $until, by: [day], first: 400) {
        nodes { day messages sent delivered read failed deliveryRate readRate }
      }
      byChannel: deliveryFigures(since: $since, until: $until, by: [channel], first: 200) {
        nodes { channelId messages delivered read failed deliveryRate readRate }
      }
      failureFigures(since: $since, until: $until, first: 100) { nodes { errorCode messages } }
    }
  }
`);

/** What became of the messages that were sent, and why some have failed. */
export function DeliveryFigures({ period }: { period: Period }) {
  const texts = useWords(words);
  const codes = useWords(campaignWords);
  const format = useFormat();
  const { day, number, percent } = useColumns();
  const names = useNames();
  const { data, state } = useFigures(DELIVERY, period);
  if (!data) return state;
  const tenant = data.currentTenant;
  const days = daysOf(period);
  const daily = tenant?.byDay.nodes;
  const outcome = [
    { name: texts.read, look: "info", values: byDay(days, daily, ({ read }) => read) },
    {
      name: texts.delivered,
      look: "accent",
      values: byDay(days, daily, ({ delivered, read }) => delivered - read),
    },
    {
      name: texts.sentOnly,
      look: "soft",
      values: byDay(days, daily, ({ sent, delivered }) => sent - delivered),
    },
    { name: texts.failed, look: "danger", values: byDay(days, daily, ({ failed }) => failed) },
  ];
  const rates = [
    { name: texts.deliveryRate, look: "accent", values: byDayOrNone(days, daily, (row) => row.deliveryRate) },
    { name: texts.readRate, look: "info", values: byDayOrNone(days, daily, (row) => row.readRate) },
  ];
  const failures = tenant?.failureFigures.nodes ?? [];
  const largest = failures[0]?.messages ?? 0;
  const places = days.map(format.day);
  return (
    <>
      <Figure
        title={texts.deliveryPerDay}
        columns={[day, ...outcome.map(({ name }) => number(name))]}
        rows={days.map((day, n) => [day, ...outcome.map(({ values }) => values[n] ?? 0)])}
        chart={
          <Chart
            label={texts.deliveryPerDay}
            kind="bars"
            places={places}
            series={outcome}
            format={format.compact}
          />
        }
      />
      <Figure
        title={texts.rates}
        note={texts.ratesNote}
        columns={[day, ...rates.map(({ name }) => percent(name))]}
        rows={(daily ?? []).map(({ day, deliveryRate, readRate }) => [day, deliveryRate, readRate])}
        chart={
          <Chart
            label={texts.rates}
            kind="lines"
            places={places}
            series={rates}
            largest={1}
            format={format.percent}
          />
        }
      />
      <Figure
        title={texts.perChannelDelivery}
        columns={[
          { name: texts.channel },
          number(texts.messages),
          number(texts.delivered),
          number(texts.read),
          number(texts.failed),
          percent(texts.deliveryRate),
          percent(texts.readRate),
        ]}
        rows={(tenant?.byChannel.nodes ?? []).map((row) => [
          names.channel.get(row.channelId ?? "") ?? texts.noChannel,
          row.messages,
          row.delivered,
          row.read,
          row.failed,
          row.deliveryRate,
          row.readRate,
        ])}
      />
      <Figure
        title={texts.failures}
        columns={[
          {
            name: texts.code,
            show: (value) => (
              <>
                {meaningOf(codes, String(value))} <span className="soft small">{value}</span>
              </>
            ),
          },
          {
            name: texts.messages,
            show: (value) => (
              <ShareBar value={Number(value)} largest={largest} text={format.number(Number(value))} />
            ),
          },
        ]}
        rows={failures.map(({ errorCode, messages }) => [errorCode, messages])}
      />
    </>
  );
}
