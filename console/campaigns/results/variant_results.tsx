import { Scroll } from "../../ui/scroll.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import type { Variant } from "../campaign_documents.ts";
import { words } from "../words.ts";

const COLUMNS = ["delivered", "read", "replied", "clicked", "failed"] as const;

/** What came of each variant, as shares of what it sent. */
export function VariantResults({ variants }: { variants: readonly Variant[] }) {
  const texts = useWords(words);
  const format = useFormat();
  return (
    <section className="stack tight">
      <h2>{texts.byVariant}</h2>
      <Scroll label={texts.byVariant}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{texts.variant}</th>
              <th scope="col" className="number">
                {texts.figure.recipients}
              </th>
              {COLUMNS.map((each) => (
                <th key={each} scope="col" className="number">
                  {texts.figure[each]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {variants.map(({ id, name, templateName, figures }) => (
              <tr key={id}>
                <th scope="row">
                  {name} {templateName && <span className="soft small">{templateName}</span>}
                </th>
                <td className="number">{format.number(figures.recipients)}</td>
                {COLUMNS.map((each) => (
                  <td key={each} className="number">
                    {format.number(figures[each])}{" "}
                    <span className="soft small">
                      {figures.sent > 0 && each !== "failed" && format.percent(figures[each] / figures.sent)}
                    </span>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
