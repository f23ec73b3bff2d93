import { useWords } from "../../words/language.ts";
import {
  buttonsOf,
  type Component,
  cardsOf,
  type Format,
  findComponent,
  problemOfComponent,
  withButtons,
  withComponent,
  withText,
} from "../components.ts";
import { words } from "../words.ts";
import { ButtonsEditor } from "./buttons_editor.tsx";
import { CardsEditor } from "./cards_editor.tsx";
import { CountedText } from "./counted_text.tsx";
import { Examples } from "./examples.tsx";
import { HeaderEditor } from "./header_editor.tsx";

type Props = {
  components: readonly Component[];
  format: Format;
  problem: string | null;
  onChange: (components: Component[]) => void;
};

const KNOWN = new Set(["HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL"]);

/** The parts of a template that is not for codes: header, body, footer, buttons and cards. */
export function ComponentsEditor({ components, format, problem, onChange }: Props) {
  const texts = useWords(words);
  const footer = findComponent(components, "FOOTER");
  const hasCards = cardsOf(components).length > 0;
  const problemOf = (type: string) => problemOfComponent(problem, components, type);
  const put = (type: string, component: Component | null) =>
    onChange(withComponent(components, type, component));
  return (
    <>
      {!hasCards && (
        <HeaderEditor
          header={findComponent(components, "HEADER")}
          format={format}
          problem={problemOf("HEADER")}
          onChange={(header) => put("HEADER", header)}
        />
      )}
      <BodyEditor
        components={components}
        format={format}
        limit={1024}
        problem={problemOf("BODY")}
        onChange={onChange}
      />
      {!hasCards && (
        <>
          <CountedText
            label={texts.footer}
            value={footer?.text ?? ""}
            limit={60}
            error={problemOf("FOOTER")}
            onChange={(text) => put("FOOTER", text === "" ? null : { ...footer, type: "FOOTER", text })}
          />
          <ButtonsEditor
            buttons={buttonsOf(components)}
            problem={problemOf("BUTTONS")}
            onChange={(buttons) => onChange(withButtons(components, buttons))}
          />
        </>
      )}
      <CardsEditor components={components} format={format} problem={problem} onChange={onChange} />
      {components.some(({ type }) => !KNOWN.has(type.toUpperCase())) && (
        <p className="soft">{texts.otherComponents}</p>
      )}
    </>
  );
}

/** The text of a template or of a card, with the examples of its variables. */
export function BodyEditor({ components, format, limit, problem, onChange }: Props & { limit: number }) {
  const texts = useWords(words);
  const body = findComponent(components, "BODY") ?? { type: "BODY", text: "" };
  const put = (component: Component) => onChange(withComponent(components, "BODY", component));
  return (
    <>
      <CountedText
        label={texts.body}
        value={body.text ?? ""}
        limit={limit}
        isLong
        hint={texts.bodyHint}
        error={problem}
        variables={format}
        onChange={(text) => put(withText(body, text, format))}
      />
      <Examples component={body} format={format} onChange={put} />
    </>
  );
}
