import { Link } from "../../routing/link.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import { builderWords } from "../words/builder_words.ts";
import { useBuilder } from "./builder_context.ts";
import type { Commands } from "./use_commands.ts";

/** Above the canvas: the chatbot's name and state, and what is done to the whole graph. */
export function Toolbar({
  commands,
  canUndo,
  canRedo,
  isSaving,
  showsFigures,
  onToggleFigures,
}: {
  commands: Commands;
  canUndo: boolean;
  canRedo: boolean;
  isSaving: boolean;
  showsFigures: boolean;
  onToggleFigures: () => void;
}) {
  const texts = useWords(builderWords);
  const { chatbot, draft, change, isUnsaved, panel, show, problems, publish } = useBuilder();
  const activeVersion = chatbot.status === "active" ? chatbot.activeVersion : null;
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return (
    <header className="toolbar">
      <Link to="chatbots" className="button quiet icon-only" aria-label={texts.back} title={texts.back}>
        <Icon name="back" />
      </Link>
      <h1 className="visually-hidden">{draft.name}</h1>
      <input
        className="name"
        aria-label={texts.name}
        value={draft.name}
        maxLength={255}
        onChange={({ target }) => change((before) => ({ ...before, name: target.value }), "name")}
      />
      <span className={activeVersion ? "badge accent" : "badge"}>
        {activeVersion ? texts.activeVersion(activeVersion.number) : texts.status.draft}
      </span>
      <span className="state" role="status">
        {isUnsaved ? texts.unsaved : ""}
      </span>
      <div className="tools">
        <IconButton
          label={`${texts.undo} (Ctrl+Z)`}
          icon="undo"
          disabled={!canUndo}
          onClick={commands.undo}
        />
        <IconButton
          label={`${texts.redo} (Ctrl+Shift+Z)`}
          icon="redo"
          disabled={!canRedo}
          onClick={commands.redo}
        />
        <IconButton label={`${texts.tidy} (Shift+Alt+T)`} icon="tidy" onClick={commands.tidy} />
        <IconButton label={`${texts.search} (Ctrl+F)`} icon="search" onClick={commands.search} />
        <IconButton label={texts.addNote} icon="note" onClick={commands.addNote} />
        <IconButton
          label={chatbot.activeVersion ? texts.figures : texts.noFigures}
          icon="figures"
          aria-pressed={showsFigures}
          disabled={!chatbot.activeVersion}
          onClick={onToggleFigures}
        />
      </div>
      <div className="row panels">
        <PanelButton name="test" icon="play" />
        <button
          type="button"
          className="button quiet"
          aria-pressed={panel === "problems"}
          onClick={() => show(panel === "problems" ? null : "problems")}
        >
          <Icon name={problems.length > 0 ? "warning" : "check"} />
          <span className="label">{texts.panels.problems}</span>
          {problems.length > 0 && (
            <span className={errors > 0 ? "badge danger" : "badge warning"}>{problems.length}</span>
          )}
        </button>
        <PanelButton name="versions" icon="history" />
        <PanelButton name="settings" icon="settings" />
        <Button disabled={!isUnsaved || isSaving} onClick={commands.save} title="Ctrl+S">
          {isSaving ? texts.saving : texts.save}
        </Button>
        <Button look="primary" onClick={publish}>
          {texts.publish}
        </Button>
      </div>
    </header>
  );
}

function PanelButton({
  name,
  icon,
}: {
  name: "test" | "versions" | "settings";
  icon: "play" | "history" | "settings";
}) {
  const texts = useWords(builderWords);
  const { panel, show } = useBuilder();
  return (
    <button
      type="button"
      className="button quiet"
      aria-pressed={panel === name}
      title={texts.panels[name]}
      onClick={() => show(panel === name ? null : name)}
    >
      <Icon name={icon} />
      <span className="label">{texts.panels[name]}</span>
    </button>
  );
}
