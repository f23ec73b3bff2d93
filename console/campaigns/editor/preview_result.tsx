import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import type { Preview, Variant } from "../campaign_documents.ts";
import { meaningOf, words } from "../words.ts";

/** How many would get the message, who is left out and why, what it costs, when it ends, and how it reads. */
export function PreviewResult({ preview, variants }: { preview: Preview; variants: readonly Variant[] }) {
  const texts = useWords(words);
  const format = useFormat();
  const { contacts, recipients, skipped, costs, finishesAt, limitedBy } = preview;
  const limit = limitedBy as keyof typeof texts.limitedBy | null;
  return (
    <>
      <dl className="tiles">
        <Tile name={texts.inAudience} value={format.number(contacts)} />
        <Tile name={texts.wouldGet} value={format.number(recipients)} />
        <Tile name={texts.leftOut} value={format.number(contacts - recipients)} />
        <Tile
          name={texts.cost}
          value={
            costs
              .filter((each) => each.amount !== null)
              .map(({ amount, currency }) => format.money(Number(amount), currency ?? "USD"))
              .join(" + ") || "–"
          }
          note={
            costs.some(({ amount, category }) => amount === null && category !== "service") && texts.noPrice
          }
        />
        <Tile
          name={texts.finishes}
          value={finishesAt ? format.dateTime(finishesAt) : "–"}
          note={limit && (texts.limitedBy[limit] ?? limit)}
        />
      </dl>
      {skipped.length > 0 && (
        <table className="table">
          <caption className="visually-hidden">{texts.whyLeftOut}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.whyLeftOut}</th>
              <th scope="col" className="number">
                {texts.leftOut}
              </th>
            </tr>
          </thead>
          <tbody>
            {skipped.map(({ errorCode, recipients: count }) => (
              <tr key={errorCode}>
                <td>
                  {meaningOf(texts, errorCode)} <span className="soft small">{errorCode}</span>
                </td>
                <td className="number">{format.number(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {preview.examples.length > 0 && (
        <section className="stack tight" aria-label={texts.examples}>
          <h3>{texts.examples}</h3>
          <ul className="examples-read">
            {preview.examples.map(({ contactId, name, phone, language, text, variantId, problem }) => (
              <li key={contactId} className="form-item">
                <span className="row wrap spread">
                  <strong dir="auto">{name ?? phone}</strong>
                  <span className="soft small">
                    {[language, variants.find((each) => each.id === variantId)?.name]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </span>
                <span className="text" dir="auto">
                  {text}
                </span>
                {problem && <span className="error small">{problem}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

export function Tile({ name, value, note }: { name: string; value: string; note?: string | false | null }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        {note && <span className="soft small">{note}</span>}
      </dd>
    </div>
  );
}
