import "./figures.css";
import { type ComponentType, useState } from "react";
import { useMember } from "../session/member.ts";
import { Tabs } from "../ui/tabs.tsx";
import { useWords } from "../words/language.ts";
import { CampaignFigures } from "./campaign_figures.tsx";
import { ChatbotFigures } from "./chatbot_figures.tsx";
import { DeliveryFigures } from "./delivery_figures.tsx";
import { MessageFigures } from "./message_figures.tsx";
import { type Period, periodOf, todayIn } from "./period.ts";
import { PeriodChoice } from "./period_choice.tsx";
import { TeamFigures } from "./team_figures.tsx";
import { words } from "./words.ts";

const PARTS: { [Part in keyof typeof words.en.tab]: ComponentType<{ period: Period }> } = {
  messages: MessageFigures,
  delivery: DeliveryFigures,
  team: TeamFigures,
  chatbots: ChatbotFigures,
  campaigns: CampaignFigures,
};

/** `figures` (messages), `figures/<part>`. */
export default function FiguresPage({ path }: { path: string }) {
  const texts = useWords(words);
  const { timeZone } = useMember().membership.tenant;
  const today = todayIn(timeZone);
  const [period, setPeriod] = useState(() => periodOf("30d", today));
  const names = Object.keys(PARTS) as (keyof typeof PARTS)[];
  const part = names.find((each) => each === path) ?? "messages";
  const Part = PARTS[part];
  const pathOf = (each: string) => (each === "messages" ? "figures" : `figures/${each}`);
  return (
    <div className="page">
      <header>
        <div>
          <h1>{texts.title}</h1>
          <p className="soft">{texts.zone(timeZone)}</p>
        </div>
        <PeriodChoice period={period} today={today} onChange={setPeriod} />
      </header>
      <Tabs
        label={texts.tabs}
        current={pathOf(part)}
        tabs={names.map((each) => ({ to: pathOf(each), name: texts.tab[each] }))}
      />
      <div className="figures">
        <Part period={period} />
      </div>
    </div>
  );
}
