import { useState } from "react";
import { TabPanels } from "../../ui/tab_panels.tsx";
import { useWords } from "../../words/language.ts";
import { builderWords } from "../words/builder_words.ts";
import { Outline } from "./outline.tsx";
import { Palette } from "./palette.tsx";
import { VariableList } from "./variable_list.tsx";

/** Beside the canvas: what can be added, the graph as a list, and its variables. */
export function SideColumn({ onAdd }: { onAdd: (type: string) => void }) {
  const texts = useWords(builderWords);
  const [tab, setTab] = useState<"add" | "outline" | "variables">("add");
  return (
    <aside className="side" aria-label={texts.sides}>
      <TabPanels
        label={texts.sides}
        tabs={(["add", "outline", "variables"] as const).map((id) => ({ id, label: texts.side[id] }))}
        selected={tab}
        onSelect={setTab}
      >
        {tab === "add" && <Palette onAdd={onAdd} />}
        {tab === "outline" && <Outline />}
        {tab === "variables" && <VariableList />}
      </TabPanels>
    </aside>
  );
}
