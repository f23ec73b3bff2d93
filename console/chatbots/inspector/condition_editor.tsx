import { Button, IconButton } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import { isObject, type Json, type JsonObject } from "../graph/draft.ts";
import { inspectorWords } from "../words/inspector_words.ts";
import { VariableInput } from "./template_editor.tsx";
import { TextInput } from "./text_input.tsx";

const NEW = { variable: "", operator: "eq", value: "" };
const WITHOUT_VALUE: ReadonlySet<string> = new Set(["is_empty", "is_not_empty"]);

/** Conditions that must all be met, or of which one must be; a condition may be such a group itself. */
export function ConditionEditor({
  value,
  onChange,
}: {
  value: Json | undefined;
  onChange: (value: Json) => void;
}) {
  const group = isObject(value) ? value : { logicalOperator: "AND", conditions: [] };
  return <Group group={group} onChange={onChange} />;
}

function Group({ group, onChange }: { group: JsonObject; onChange: (group: JsonObject) => void }) {
  const texts = useWords(inspectorWords);
  const conditions = Array.isArray(group.conditions) ? group.conditions.filter(isObject) : [];
  const store = (next: JsonObject[]) => onChange({ ...group, conditions: next });
  return (
    <div className="conditions">
      {conditions.length > 1 && (
        <select
          className="input"
          aria-label={texts.how}
          value={group.logicalOperator === "OR" ? "OR" : "AND"}
          onChange={({ target }) => onChange({ ...group, logicalOperator: target.value })}
        >
          <option value="AND">{texts.all}</option>
          <option value="OR">{texts.any}</option>
        </select>
      )}
      {conditions.map((condition, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name
        <div key={index} className="item">
          {Array.isArray(condition.conditions) ? (
            <Group group={condition} onChange={(next) => store(conditions.with(index, next))} />
          ) : (
            <Condition condition={condition} onChange={(next) => store(conditions.with(index, next))} />
          )}
          <IconButton
            label={texts.removeCondition}
            icon="trash"
            onClick={() => store(conditions.toSpliced(index, 1))}
          />
        </div>
      ))}
      <div className="row">
        <Button icon="plus" onClick={() => store([...conditions, { ...NEW }])}>
          {texts.addCondition}
        </Button>
        <Button
          look="quiet"
          onClick={() => store([...conditions, { logicalOperator: "OR", conditions: [{ ...NEW }] }])}
        >
          {texts.addGroup}
        </Button>
      </div>
    </div>
  );
}

function Condition({
  condition,
  onChange,
}: {
  condition: JsonObject;
  onChange: (condition: JsonObject) => void;
}) {
  const texts = useWords(inspectorWords);
  const operator = String(condition.operator ?? "eq");
  const isKnown = Object.hasOwn(texts.operators, operator);
  const text = (value: Json | undefined) => (value === undefined || value === null ? "" : String(value));
  return (
    <div className="stack tight">
      <VariableInput
        aria-label={texts.variable}
        placeholder={texts.variable}
        value={text(condition.variable)}
        onChange={(variable) => onChange({ ...condition, variable })}
      />
      <select
        className="input"
        aria-label={texts.operator}
        value={operator}
        onChange={({ target }) => onChange({ ...condition, operator: target.value })}
      >
        {!isKnown && <option value={operator}>{operator}</option>}
        {Object.entries(texts.operators).map(([each, title]) => (
          <option key={each} value={each}>
            {title}
          </option>
        ))}
      </select>
      {!WITHOUT_VALUE.has(operator) && (
        <TextInput
          aria-label={texts.compareWith}
          placeholder={texts.compareWith}
          value={text(condition.value)}
          onChange={(value) => onChange({ ...condition, value })}
        />
      )}
    </div>
  );
}
