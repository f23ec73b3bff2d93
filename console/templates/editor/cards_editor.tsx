import { Button, IconButton } from "../../ui/button.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import {
  buttonsOf,
  type Component,
  cardsOf,
  type Format,
  findComponent,
  isType,
  problemOfComponent,
  withButtons,
  withCards,
  withComponent,
} from "../components.ts";
import { words } from "../words.ts";
import { ButtonsEditor } from "./buttons_editor.tsx";
import { BodyEditor } from "./components_editor.tsx";
import { HeaderEditor } from "./header_editor.tsx";

/** The cards of a carousel. Meta wants at least two, and all of them with the same parts. */
export function CardsEditor({
  components,
  format,
  problem,
  onChange,
}: {
  components: readonly Component[];
  format: Format;
  problem: string | null;
  onChange: (components: Component[]) => void;
}) {
  const texts = useWords(words);
  const { number } = useFormat();
  const cards = cardsOf(components);
  const put = (changed: readonly Component[][]) => onChange(withCards(components, changed));
  if (cards.length === 0)
    return (
      <div>
        <Button look="quiet" icon="plus" onClick={() => onChange(withFirstCards(components))}>
          {texts.addCarousel}
        </Button>
      </div>
    );
  const path = `components[${components.findIndex((each) => isType(each, "CAROUSEL"))}].cards`;
  const ofList = problem?.startsWith(`${path} `) ? problem.slice(path.length + 1) : null;
  return (
    <fieldset className="form-group">
      <legend>{texts.carousel}</legend>
      <p className="hint">{texts.cardsHint}</p>
      {cards.map((card, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cards have no other name
        <section key={i} className="form-item" aria-label={texts.card(number(i + 1))}>
          <div className="row spread">
            <strong>{texts.card(number(i + 1))}</strong>
            <IconButton label={texts.removeCard} icon="trash" onClick={() => put(cards.toSpliced(i, 1))} />
          </div>
          <CardEditor
            card={card}
            format={format}
            problem={problem}
            path={`${path}[${i}].components`}
            onChange={(changed) => put(cards.with(i, changed))}
          />
        </section>
      ))}
      {ofList && <span className="error">{ofList}</span>}
      <div>
        <Button
          icon="plus"
          disabled={cards.length >= 10}
          onClick={() => put([...cards, structuredClone(cards.at(-1)!)])}
        >
          {texts.addCard}
        </Button>
      </div>
    </fieldset>
  );
}

/** A template with cards has a body above them, and neither header, footer nor buttons of its own. */
function withFirstCards(components: readonly Component[]): Component[] {
  const card: Component[] = [
    { type: "HEADER", format: "IMAGE" },
    { type: "BODY", text: "" },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "" }] },
  ];
  const bare = ["HEADER", "FOOTER", "BUTTONS"].reduce<readonly Component[]>(
    (rest, type) => withComponent(rest, type, null),
    components,
  );
  return withCards(bare, [card, structuredClone(card)]);
}

function CardEditor({
  card,
  format,
  problem,
  path,
  onChange,
}: {
  card: Component[];
  format: Format;
  problem: string | null;
  path: string;
  onChange: (card: Component[]) => void;
}) {
  const problemOf = (type: string) => problemOfComponent(problem, card, type, path);
  return (
    <>
      <HeaderEditor
        header={findComponent(card, "HEADER")}
        format={format}
        formats={["IMAGE", "VIDEO"]}
        problem={problemOf("HEADER")}
        onChange={(header) => onChange(withComponent(card, "HEADER", header))}
      />
      <BodyEditor
        components={card}
        format={format}
        limit={160}
        problem={problemOf("BODY")}
        onChange={onChange}
      />
      <ButtonsEditor
        buttons={buttonsOf(card)}
        limit={2}
        problem={problemOf("BUTTONS")}
        onChange={(buttons) => onChange(withButtons(card, buttons))}
      />
    </>
  );
}
