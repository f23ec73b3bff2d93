import { useEffect, useState } from "react";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useAutosave } from "../../ui/use_autosave.ts";
import { useDebounced } from "../../ui/use_debounced.ts";
import type { Component, Format } from "../components.ts";
import { CHECK_TEMPLATE, type TemplateDetail, UPDATE_TEMPLATE } from "../template_documents.ts";

type Category = NonNullable<TemplateDetail["category"]>;

/** What an editor changes of a template. */
export type Draft = {
  name: string;
  language: string;
  category: Category;
  parameterFormat: Format;
  components: readonly Component[];
  messageTtl: number | null;
};

function draftOf(template: TemplateDetail): Draft {
  return {
    name: template.name,
    language: template.language,
    category: template.category ?? "utility",
    parameterFormat: template.parameterFormat,
    components: template.components as Component[],
    messageTtl: template.messageTtl,
  };
}

const CHECKED_AFTER_MS = 250;

/**
 * A template while it is edited. A draft is saved a moment after each change, so nothing is lost; other templates only change
 * when the edit is submitted. In both cases Meta's rules are checked as it is written.
 */
export function useDraft(template: TemplateDetail) {
  const connection = useConnection();
  const [draft, setDraft] = useState(() => draftOf(template));
  const { isDirty, problem, flush, markStored } = useAutosave(
    draft,
    (patch) => connection.mutate(UPDATE_TEMPLATE, { id: template.id, patch }),
    template.status === "draft",
  );
  return {
    draft,
    change: (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch })),
    isDirty,
    saveProblem: problem,
    save: flush,
    /** After an edit was submitted. */
    markStored,
    problem: useRules(draft, template.problem),
  };
}

/** Which of Meta's rules the draft breaks now. */
function useRules({ category, parameterFormat, components, messageTtl }: Draft, initial: string | null) {
  const connection = useConnection();
  const [problem, setProblem] = useState(initial);
  const checked = useDebounced(
    JSON.stringify({ category, format: parameterFormat, components, messageTtl }),
    CHECKED_AFTER_MS,
  );
  useEffect(() => {
    let isCurrent = true;
    connection
      .query(CHECK_TEMPLATE, JSON.parse(checked))
      .then(({ checkTemplate }) => isCurrent && setProblem(checkTemplate))
      .catch((error: unknown) => isCurrent && setProblem(problemOf(error).message));
    return () => {
      isCurrent = false;
    };
  }, [connection, checked]);
  return problem;
}
