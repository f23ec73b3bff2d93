import { graphql } from "../graphql/graphql.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { Chart } from "./chart/chart.tsx";
import { Figure } from "./figure.tsx";
import { daysOf, type Period } from "./period.ts";
import { useColumns } from "./use_columns.ts";
import { byDay, byDayOrNone, useFigures } from "./use_figures.tsx";
import { useNames } from "./use_names.ts";
import { words } from "./words.ts";

const CHATBOTS = graphql(`
  query ChatbotFiguresByDay($since: Date!, $until: Date!) {
    currentTenant {
      id
      byDay: chatbotFigures(since: $since, until: $until, by: [day], first: 400) {
        nodes { day runs completed expired stopped failed containment }
      }
      byChatbot: chatbotFigures(since: $since, until: $until, by: [chatbot], first: 500) {
        nodes { chatbotId runs completed expired stopped failed withUser containment }
      }
    }
  }
`);

const OUTCOMES = ["completed", "expired", "stopped", "failed"] as const;
const LOOK = { completed: "accent", expired: "soft", stopped: "warning", failed: "danger" };

/** How the runs of chatbots ended, and how many needed a user. */
export function ChatbotFigures({ period }: { period: Period }) {
  const texts = useWords(words);
  const format = useFormat();
  const { day, number, percent } = useColumns();
  const names = useNames();
  const { data, state } = useFigures(CHATBOTS, period);
  if (!data) return state;
  const tenant = data.currentTenant;
  const days = daysOf(period);
  const daily = tenant?.byDay.nodes;
  const series = OUTCOMES.map((each) => ({
    name: texts.outcomes[each],
    look: LOOK[each],
    values: byDay(days, daily, (row) => row[each]),
  }));
  const places = days.map(format.day);
  return (
    <>
      <Figure
        title={texts.runsPerDay}
        columns={[day, ...series.map(({ name }) => number(name))]}
        rows={(daily ?? []).map((row) => [row.day, ...OUTCOMES.map((each) => row[each])])}
        chart={
          <Chart
            label={texts.runsPerDay}
            kind="bars"
            places={places}
            series={series}
            format={format.compact}
          />
        }
      />
      <Figure
        title={texts.containment}
        note={texts.containmentNote}
        columns={[day, percent(texts.containment)]}
        rows={(daily ?? []).map(({ day, containment }) => [day, containment])}
        chart={
          <Chart
            label={texts.containment}
            kind="lines"
            places={places}
            series={[
              {
                name: texts.containment,
                look: "accent",
                values: byDayOrNone(days, daily, (row) => row.containment),
              },
            ]}
            largest={1}
            format={format.percent}
          />
        }
      />
      <Figure
        title={texts.chatbot}
        columns={[
          { name: texts.chatbot },
          number(texts.runs),
          ...OUTCOMES.map((each) => number(texts.outcomes[each])),
          number(texts.withUser),
          percent(texts.containment),
        ]}
        rows={(tenant?.byChatbot.nodes ?? []).map((row) => [
          (row.chatbotId && names.chatbot.get(row.chatbotId)) || texts.deletedChatbot,
          row.runs,
          ...OUTCOMES.map((each) => row[each]),
          row.withUser,
          row.containment,
        ])}
      />
    </>
  );
}
