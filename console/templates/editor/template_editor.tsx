import { useMay } from "../../session/member.ts";
import { Icon } from "../../ui/icon.tsx";
import { Failed } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { TemplatePreview } from "../preview.tsx";
import { QualityBadge, StatusBadge } from "../status_badge.tsx";
import type { TemplateDetail } from "../template_documents.ts";
import { words } from "../words.ts";
import { AuthenticationEditor } from "./authentication_editor.tsx";
import { ChangesList } from "./changes_list.tsx";
import { ComponentsEditor } from "./components_editor.tsx";
import { EditorActions } from "./editor_actions.tsx";
import { Settings } from "./settings.tsx";
import { useDraft } from "./use_draft.ts";

const EDITABLE: ReadonlySet<string> = new Set(["draft", "approved", "rejected", "paused"]);

/** A template: what it says, how it will look, and what Meta says of it. */
export function TemplateEditor({ template, onChanged }: { template: TemplateDetail; onChanged: () => void }) {
  const texts = useWords(words);
  const isAdmin = useMay("admin");
  const editing = useDraft(template);
  const { draft, change, problem, saveProblem } = editing;
  const isEditable = isAdmin && EDITABLE.has(template.status);
  return (
    <>
      <header className="row spread wrap editor-head">
        <div className="stack tight">
          <h1>{template.name}</h1>
          <div className="row wrap">
            <StatusBadge status={template.status} />
            <QualityBadge rating={template.qualityRating} />
            <span className="soft">
              {template.language} · {texts.category[draft.category]}
            </span>
          </div>
        </div>
        {isAdmin && <EditorActions template={template} editing={editing} onChanged={onChanged} />}
      </header>
      {(template.statusReason || template.statusDetails) && (
        <div className="notice warning">
          <Icon name="warning" />
          <div>
            {template.statusReason}
            {template.statusDetails && <p>{template.statusDetails}</p>}
          </div>
        </div>
      )}
      {saveProblem && <Failed message={`${saveProblem.message} (${saveProblem.code})`} />}
      <div className="editor">
        <fieldset className="stack" disabled={!isEditable}>
          {!isEditable && <p className="soft">{isAdmin ? texts.readOnly : texts.onlyAdmins}</p>}
          {template.status === "draft" && <Settings draft={draft} onChange={change} />}
          {draft.category === "authentication" ? (
            <AuthenticationEditor
              components={draft.components}
              problem={problem}
              onChange={(components) => change({ components })}
            />
          ) : (
            <ComponentsEditor
              components={draft.components}
              format={draft.parameterFormat}
              problem={problem}
              onChange={(components) => change({ components })}
            />
          )}
        </fieldset>
        <aside className="stack" aria-label={texts.preview}>
          <div className="sticky stack">
            <h2>{texts.preview}</h2>
            <TemplatePreview components={draft.components} />
            <p className="soft small">{texts.previewNote}</p>
            {isEditable && <Rules problem={problem} />}
            <ChangesList changes={template.changes.nodes} />
          </div>
        </aside>
      </div>
    </>
  );
}

function Rules({ problem }: { problem: string | null }) {
  const texts = useWords(words);
  return (
    <div className={problem ? "notice warning" : "notice"} role="status">
      <Icon name={problem ? "warning" : "check"} />
      <div>
        <strong>{texts.rules}</strong>
        <p>{problem ?? texts.rulesKept}</p>
      </div>
    </div>
  );
}
