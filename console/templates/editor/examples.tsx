import { useWords } from "../../words/language.ts";
import { type Component, examplesOf, type Format, variablesOf, withExamples } from "../components.ts";
import { words } from "../words.ts";

/** The example of each variable of a text, which Meta wants to see. */
export function Examples({
  component,
  format,
  onChange,
}: {
  component: Component;
  format: Format;
  onChange: (component: Component) => void;
}) {
  const texts = useWords(words);
  const names = variablesOf(component.text ?? "");
  const examples = examplesOf(component);
  if (names.length === 0) return null;
  return (
    <fieldset className="examples">
      <legend>{texts.examples}</legend>
      {names.map((name) => (
        <label key={name}>
          <code>{`{{${name}}}`}</code>
          <input
            className="input"
            dir="auto"
            value={examples[name] ?? ""}
            onChange={({ target }) =>
              onChange(withExamples(component, { ...examples, [name]: target.value }, format))
            }
          />
        </label>
      ))}
    </fieldset>
  );
}
