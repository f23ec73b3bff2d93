import "./filter_builder.css";
import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { useFields, useNames } from "./fields.ts";
import { buildFilter, emptyCombination, inCombination, type Kind, type Part, parseFilter } from "./filter.ts";
import { JsonEditor } from "./json_editor.tsx";
import { PartEditor } from "./part_editor.tsx";
import { words } from "./words.ts";

/**
 * A form for the filter language, with the JSON beside it for those who know it.
 *
 * `part` is the tree, which parseFilter() makes of the JSON; keep it as the state of the page, and ask for `buildFilter(part)` when
 * `isComplete(part)`.
 */
export function FilterBuilder({
  kind,
  part,
  onChange,
}: {
  kind: Kind;
  part: Part;
  onChange: (part: Part) => void;
}) {
  const texts = useWords(words);
  const fields = useFields(kind);
  const names = useNames();
  const [isJson, setJson] = useState(false);
  if (!fields) return <Loading label={texts.loading} />;
  return (
    <div className="filter-builder">
      {isJson ? (
        <JsonEditor value={buildFilter(part)} onChange={(json) => onChange(parseFilter(json))} />
      ) : (
        <PartEditor
          part={inCombination(part)}
          kind={kind}
          names={names}
          isRoot
          onChange={(next) => onChange(next ?? emptyCombination())}
        />
      )}
      <div>
        <Button look="quiet" className="small" aria-pressed={isJson} onClick={() => setJson(!isJson)}>
          {isJson ? texts.form : texts.json}
        </Button>
      </div>
    </div>
  );
}
