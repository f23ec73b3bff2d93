import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { Menu } from "../../ui/menu.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import type { Component } from "../components.ts";
import {
  CREATE_TEMPLATE,
  DELETE_TEMPLATE,
  EDIT_TEMPLATE,
  SUBMIT_TEMPLATE,
  type TemplateDetail,
  UNPAUSE_TEMPLATE,
} from "../template_documents.ts";
import { words } from "../words.ts";
import type { useDraft } from "./use_draft.ts";

/** What can be done with the template in its status. */
export function EditorActions({
  template,
  editing,
  onChanged,
}: {
  template: TemplateDetail;
  editing: ReturnType<typeof useDraft>;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const [isDeleting, setDeleting] = useState(false);
  const { id, status } = template;
  const { draft, isDirty, problem, save } = editing;
  const run = async (action: () => Promise<unknown>) => {
    try {
      await action();
      onChanged();
    } catch (error) {
      showProblem(error);
    }
  };
  const submit = () =>
    run(async () => {
      await save();
      await connection.mutate(SUBMIT_TEMPLATE, { id });
      showToast(texts.submitted);
    });
  const submitEdit = () =>
    run(async () => {
      const category = status === "approved" ? null : draft.category;
      await connection.mutate(EDIT_TEMPLATE, { id, components: draft.components, category });
      editing.markStored();
      showToast(texts.submitted);
    });
  const duplicate = () =>
    run(async () => {
      const { name, language, category, parameterFormat, components, messageTtl } = draft;
      const copy = {
        language,
        category,
        parameterFormat,
        messageTtl,
        components: withoutHandles(components),
      };
      const { createTemplate } = await connection.mutate(CREATE_TEMPLATE, {
        template: { ...copy, name: `${name}_2`, businessAccountId: template.businessAccountId },
      });
      go(`templates/${createTemplate?.template.id}`);
    });
  const remove = () =>
    run(async () => {
      await connection.mutate(DELETE_TEMPLATE, { id });
      if (status === "draft") go("templates", { isReplaced: true });
    });
  const isEdit = status === "approved" || status === "rejected" || status === "paused";
  return (
    <div className="row wrap">
      {status === "draft" && (
        <>
          <span className="soft" role="status">
            {isDirty ? texts.unsaved : texts.saved}
          </span>
          <Button look="primary" icon="send" disabled={problem !== null} onClick={() => void submit()}>
            {texts.submit}
          </Button>
        </>
      )}
      {status === "deleted" && <Button onClick={() => void submit()}>{texts.submit}</Button>}
      {status === "paused" && (
        <Button icon="play" onClick={() => void run(() => connection.mutate(UNPAUSE_TEMPLATE, { id }))}>
          {texts.unpause}
        </Button>
      )}
      {isEdit && (
        <Button
          look="primary"
          icon="send"
          disabled={!isDirty || problem !== null}
          onClick={() => void submitEdit()}
        >
          {texts.submitEdit}
        </Button>
      )}
      <Menu
        label={template.name}
        items={[
          { label: texts.duplicate, icon: "copy", onSelect: () => void duplicate() },
          ...(status === "deleted" || status === "pending_deletion"
            ? []
            : [
                {
                  label: texts.remove,
                  icon: "trash" as const,
                  isDanger: true,
                  onSelect: () => setDeleting(true),
                },
              ]),
        ]}
      />
      {isDeleting && (
        <Confirm
          title={texts.removeTitle(template.name)}
          action={texts.remove}
          isDanger
          onConfirm={() => void remove()}
          onClose={() => setDeleting(false)}
        >
          <p>{status === "draft" ? texts.removeDraftHint : texts.removeHint}</p>
        </Confirm>
      )}
    </div>
  );
}

/** Meta's handles of examples cannot be used again: the files have to be uploaded again. */
function withoutHandles(components: readonly Component[]): Component[] {
  return components.map((component) => {
    if (!component.example?.header_handle) return component;
    const { example: _, ...rest } = component;
    return rest as Component;
  });
}
