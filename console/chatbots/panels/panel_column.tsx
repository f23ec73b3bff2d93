import { lazy, Suspense, useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { type Panel, useBuilder } from "../builder/builder_context.ts";
import { builderWords } from "../words/builder_words.ts";
import { ProblemList } from "./problem_list.tsx";

const Inspector = lazy(() => import("../inspector/inspector.tsx"));
const SettingsForm = lazy(() => import("./settings_form.tsx"));
const Simulator = lazy(() => import("../simulator/simulator.tsx"));
const VersionList = lazy(() => import("../versions/version_list.tsx"));

/** At the other side of the canvas: the selected node, or something about the whole chatbot. */
export function PanelColumn({ panel }: { panel: Panel }) {
  const texts = useWords(builderWords);
  const { show, refreshes } = useBuilder();
  // A run that is tried out goes on when another panel has been looked at.
  const [wasTested, setTested] = useState(false);
  if (panel === "test" && !wasTested) setTested(true);
  return (
    <aside className="builder-panel" aria-label={texts.panels[panel]}>
      <header>
        <h2>{texts.panels[panel]}</h2>
        <IconButton label={texts.closePanel} icon="close" onClick={() => show(null)} />
      </header>
      {wasTested && (
        <div className="content" hidden={panel !== "test"}>
          <Suspense fallback={<Loading label={texts.loading} />}>
            <Simulator />
          </Suspense>
        </div>
      )}
      <div className="content" hidden={panel === "test"}>
        <Suspense fallback={<Loading label={texts.loading} />}>
          {panel === "node" && <Inspector />}
          {panel === "problems" && <ProblemList />}
          {panel === "settings" && <SettingsForm />}
          {panel === "versions" && <VersionList key={refreshes} />}
        </Suspense>
      </div>
    </aside>
  );
}
