import { graphql } from "../graphql/graphql.ts";
import { useWords } from "../words/language.ts";
import { Figure } from "./figure.tsx";
import type { Period } from "./period.ts";
import { useColumns } from "./use_columns.ts";
import { useFigures } from "./use_figures.tsx";
import { useNames } from "./use_names.ts";
import { words } from "./words.ts";

const CAMPAIGNS = graphql(`
  query CampaignFiguresOfPeriod($since: Date!, $until: Date!) {
    currentTenant {
      id
      byCampaign: deliveryFigures(since: $since, until: $until, by: [campaign], first: 500) {
        nodes { campaignId messages delivered read failed deliveryRate readRate }
      }
      priceFigures(since: $since, until: $until, first: 200) { nodes { category type isBillable messages } }
    }
  }
`);

/** What campaigns sent in the period, and by which prices Meta charges. */
export function CampaignFigures({ period }: { period: Period }) {
  const texts = useWords(words);
  const { number, percent } = useColumns();
  const names = useNames();
  const { data, state } = useFigures(CAMPAIGNS, period);
  if (!data) return state;
  const tenant = data.currentTenant;
  return (
    <>
      <Figure
        title={texts.perCampaign}
        columns={[
          { name: texts.campaign },
          number(texts.messages),
          number(texts.delivered),
          number(texts.read),
          number(texts.failed),
          percent(texts.deliveryRate),
          percent(texts.readRate),
        ]}
        rows={(tenant?.byCampaign.nodes ?? []).map((row) => [
          row.campaignId === null ? texts.noCampaign : (names.campaign.get(row.campaignId) ?? row.campaignId),
          row.messages,
          row.delivered,
          row.read,
          row.failed,
          row.deliveryRate,
          row.readRate,
        ])}
      />
      <Figure
        title={texts.prices}
        note={texts.pricesNote}
        columns={[
          { name: texts.category },
          { name: texts.type },
          { name: texts.billable, show: (value) => (value ? texts.yes : texts.no) },
          number(texts.messages),
        ]}
        rows={(tenant?.priceFigures.nodes ?? []).map(({ category, type, isBillable, messages }) => [
          category || texts.none,
          type || texts.none,
          isBillable,
          messages,
        ])}
      />
    </>
  );
}
