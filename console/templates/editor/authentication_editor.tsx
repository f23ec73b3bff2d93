import { Field } from "../../ui/field.tsx";
import { useWords } from "../../words/language.ts";
import { type Component, findComponent, problemOfComponent, withComponent } from "../components.ts";
import { words } from "../words.ts";

/** Of a template for codes only two things can be chosen: the text is Meta's. */
export function AuthenticationEditor({
  components,
  problem,
  onChange,
}: {
  components: readonly Component[];
  problem: string | null;
  onChange: (components: Component[]) => void;
}) {
  const texts = useWords(words);
  const body = findComponent(components, "BODY") ?? { type: "BODY" };
  const footer = findComponent(components, "FOOTER");
  const expire = (text: string) =>
    text === "" ? null : { ...footer, type: "FOOTER", code_expiration_minutes: Number(text) };
  return (
    <>
      <p>{texts.authentication}</p>
      <label className="row">
        <input
          type="checkbox"
          checked={body.add_security_recommendation === true}
          onChange={({ target }) =>
            onChange(
              withComponent(components, "BODY", { ...body, add_security_recommendation: target.checked }),
            )
          }
        />
        {texts.security}
      </label>
      <Field label={texts.expiration} error={problemOfComponent(problem, components, "FOOTER") ?? undefined}>
        {(given) => (
          <input
            {...given}
            className="input narrow"
            type="number"
            min={1}
            max={90}
            value={String(footer?.code_expiration_minutes ?? "")}
            onChange={({ target }) => onChange(withComponent(components, "FOOTER", expire(target.value)))}
          />
        )}
      </Field>
    </>
  );
}
