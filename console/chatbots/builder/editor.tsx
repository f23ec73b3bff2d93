import { ReactFlowProvider, useReactFlow } from "@xyflow/react";
import { lazy, Suspense, useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { showProblem } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Canvas, useReveal } from "../canvas/canvas.tsx";
import type { Overlay } from "../canvas/flow_nodes.ts";
import type { Draft, Point } from "../graph/draft.ts";
import { move } from "../graph/edits.ts";
import { changeHistory, historyOf, isUnsaved } from "../graph/history.ts";
import type { Kinds } from "../graph/kind.ts";
import { expectedSizes, isUnplaced, tidyPositions } from "../graph/tidy.ts";
import { PanelColumn } from "../panels/panel_column.tsx";
import { SideColumn } from "../side/side_column.tsx";
import { builderWords } from "../words/builder_words.ts";
import { type Builder, BuilderContext, type Light, type Panel } from "./builder_context.ts";
import type { StoredChatbot } from "./documents.ts";
import { draftOf } from "./draft_of.ts";
import { LeaveDialog } from "./leave_dialog.tsx";
import { Toolbar } from "./toolbar.tsx";
import { useCommands } from "./use_commands.ts";
import { useFigures } from "./use_figures.ts";
import { useProblems, worstByNode } from "./use_problems.ts";
import { useSaving } from "./use_saving.ts";

// What is not seen at once is loaded when it is asked for.
const ConflictDialog = lazy(() => import("./conflict_dialog.tsx"));
const PublishDialog = lazy(() => import("../versions/publish_dialog.tsx"));
const loadSearch = () => import("./search_dialog.tsx");
const SearchDialog = lazy(loadSearch);
const VersionView = lazy(() => import("../versions/version_view.tsx"));

type Props = { stored: StoredChatbot; kinds: Kinds; path: string; onRefresh: () => Promise<void> };

/** The builder of one chatbot. */
export function Editor(props: Props) {
  return (
    <ReactFlowProvider>
      <LoadedEditor {...props} />
    </ReactFlowProvider>
  );
}

function LoadedEditor({ stored, kinds, path, onRefresh }: Props) {
  const texts = useWords(builderWords);
  const [history, dispatch] = useReducer(changeHistory, stored, (chatbot) => historyOf(draftOf(chatbot)));
  const { present: draft } = history;
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [panel, setPanel] = useState<Panel | null>(null);
  const [view, setView] = useState<"canvas" | "side" | "panel">("canvas");
  const [light, setLight] = useState<Light | null>(null);
  const [showsFigures, setShowsFigures] = useState(false);
  const [refreshes, setRefreshes] = useState(0);
  const [isPublishing, setPublishing] = useState(false);
  const [isSearching, setSearching] = useState(false);
  const problems = useProblems(stored.id, draft);
  const figures = useFigures(showsFigures ? (stored.activeVersion?.id ?? null) : null);
  const saving = useSaving(stored, (saved) => dispatch({ kind: "saved", draft: saved }));
  const unsaved = useMemo(() => isUnsaved(history), [history]);
  const reveal = useReveal();
  const [, shownVersion] = /^versions\/(\d+)$/.exec(path) ?? [];
  const compared = shownVersion === undefined ? null : Number(shownVersion);

  const change = useCallback((edit: (before: Draft) => Draft, merge?: string) => {
    dispatch({ kind: "change", edit, at: Date.now(), ...(merge !== undefined && { merge }) });
  }, []);
  const select = useCallback(
    (ids: Iterable<string>) => {
      const next = new Set(ids);
      setSelection((before) => (isSameSet(before, next) ? before : next));
      const [only] = next;
      if (only !== undefined && next.size === 1) reveal(only, true);
    },
    [reveal],
  );
  const show = useCallback((next: Panel | null) => {
    setPanel(next);
    setView(next === null ? "canvas" : "panel");
  }, []);

  const { fitView } = useReactFlow();
  // What is typed right after Ctrl+F is not to be lost.
  useEffect(() => void loadSearch().catch(showProblem), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the chatbot is opened
  useEffect(() => {
    if (!isUnplaced(draft)) return;
    tidyPositions(draft, expectedSizes(draft, kinds), kinds).then((positions) => {
      dispatch({ kind: "arranged", draft: move(draft, positions) });
      setTimeout(() => void fitView({ maxZoom: 1, padding: 0.15 }), 50);
    }, showProblem);
  }, []);

  // A refresh changes what is known of the chatbot, not the draft.
  const latest = useRef(draft);
  latest.current = draft;
  const builder: Builder = {
    chatbot: stored,
    kinds,
    draft,
    change,
    selection,
    select,
    goTo: (id) => {
      select([id]);
      reveal(id);
      setView((now) => (now === "panel" ? now : "canvas"));
    },
    open: (id) => {
      select([id]);
      reveal(id);
      show("node");
    },
    problems,
    panel,
    show,
    light: setLight,
    isUnsaved: unsaved,
    save: () => saving.save(latest.current),
    publish: () => setPublishing(true),
    refresh: () => {
      setRefreshes((count) => count + 1);
      onRefresh().catch(showProblem);
    },
    refreshes,
  };
  const commands = useCommands({ builder, dispatch, search: () => setSearching(true) });
  const overlay: Overlay = useMemo(
    () => ({ problems: worstByNode(problems), figures, lit: light && litBy(light) }),
    [problems, figures, light],
  );

  return (
    <BuilderContext value={builder}>
      <div className={panel === null ? "builder" : "builder with-panel"} data-view={view}>
        <Toolbar
          commands={commands}
          canUndo={history.past.length > 0}
          canRedo={history.future.length > 0}
          isSaving={saving.isSaving}
          showsFigures={showsFigures}
          onToggleFigures={() => setShowsFigures(!showsFigures)}
        />
        <SideColumn onAdd={commands.add} />
        <Canvas overlay={overlay} onAdd={(type: string, position: Point) => commands.add(type, position)} />
        {panel !== null && <PanelColumn panel={panel} />}
        {compared !== null && (
          <Suspense>
            <VersionView number={compared} />
          </Suspense>
        )}
        <fieldset className="views">
          <legend className="visually-hidden">{texts.views}</legend>
          {(["canvas", "side", "panel"] as const).map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={view === each}
              onClick={() => (each === "panel" && panel === null ? show("node") : setView(each))}
            >
              {texts.view[each]}
            </button>
          ))}
        </fieldset>
      </div>
      <Suspense>
        {isSearching && <SearchDialog onClose={() => setSearching(false)} />}
        {isPublishing && <PublishDialog onClose={() => setPublishing(false)} />}
        {saving.conflict && (
          <ConflictDialog
            conflict={saving.conflict}
            onKeepMine={() => void saving.save(latest.current, saving.conflict!.theirs.updatedAt)}
            onTakeTheirs={() => {
              const theirs = draftOf(saving.conflict!.theirs);
              change(() => theirs);
              dispatch({ kind: "saved", draft: theirs });
              saving.accept(saving.conflict!.theirs);
            }}
            onClose={saving.cancel}
          />
        )}
      </Suspense>
      {unsaved && <LeaveDialog stays={`chatbots/${stored.id}`} />}
    </BuilderContext>
  );
}

function litBy({ path, current }: Light): NonNullable<Overlay["lit"]> {
  const steps = path.slice(1).map((id, index) => `${path[index]} ${id}`);
  return { nodes: new Set(path), edges: new Set(steps), current };
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((each) => other.has(each));
}
