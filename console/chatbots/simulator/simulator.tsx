import "./simulator.css";
import { useState } from "react";
import { TabPanels } from "../../ui/tab_panels.tsx";
import { useWords } from "../../words/language.ts";
import { simulatorWords } from "../words/simulator_words.ts";
import { Replay } from "./replay.tsx";
import { TrialPhone } from "./trial_phone.tsx";

/** Tries the draft out: as a customer on a phone, or with what a real customer wrote. */
export default function Simulator() {
  const texts = useWords(simulatorWords);
  const [tab, setTab] = useState<"phone" | "replay">("phone");
  return (
    <div className="simulator">
      <TabPanels
        label={texts.ways}
        tabs={[
          { id: "phone", label: texts.phone },
          { id: "replay", label: texts.replay },
        ]}
        selected={tab}
        onSelect={setTab}
      >
        {tab === "phone" ? <TrialPhone /> : <Replay />}
      </TabPanels>
    </div>
  );
}
