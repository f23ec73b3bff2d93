import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { words } from "../words.ts";
import { FormattedText } from "./formatted_text.tsx";

// What customers send is the provider's JSON: its parts may be missing, or of another kind.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any;

export function LocationCard({ content }: { content: Json }) {
  const texts = useWords(words);
  const { latitude, longitude, name, address } = content ?? {};
  const at = `${latitude},${longitude}`;
  return (
    <a
      className="file-card"
      href={`https://www.openstreetmap.org/?mlat=${encodeURIComponent(latitude)}&mlon=${encodeURIComponent(longitude)}#map=16/${encodeURIComponent(latitude)}/${encodeURIComponent(longitude)}`}
      target="_blank"
      rel="noreferrer noopener"
    >
      <Icon name="location" />
      <span>
        <strong dir="auto">{name || texts.location}</strong>
        <small dir="auto">{address || at}</small>
        <small className="action">{texts.openMap}</small>
      </span>
    </a>
  );
}

export function ContactCards({ content }: { content: Json }) {
  return listOf(content?.contacts).map((contact, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: cards of a message do not change
    <div className="file-card" key={at}>
      <Icon name="user" />
      <span>
        <strong dir="auto">{contact.name?.formatted_name}</strong>
        {contact.org?.company && <small dir="auto">{contact.org.company}</small>}
        {listOf(contact.phones).map(({ phone, wa_id: waId }) => (
          <a key={phone ?? waId} href={`tel:${String(phone ?? waId).replace(/[^+\d]/g, "")}`}>
            {phone ?? waId}
          </a>
        ))}
        {listOf(contact.emails).map(({ email }) => (
          <a key={email} href={`mailto:${email}`}>
            {email}
          </a>
        ))}
      </span>
    </div>
  ));
}

/** A cart, with what it costs. */
export function OrderCard({ content }: { content: Json }) {
  const texts = useWords(words);
  const language = useLanguage();
  const items = listOf(content?.product_items);
  const currency = items.find((each) => typeof each.currency === "string")?.currency;
  const money = (amount: number) =>
    /^[A-Z]{3}$/.test(currency ?? "")
      ? new Intl.NumberFormat(language, { style: "currency", currency }).format(amount)
      : new Intl.NumberFormat(language).format(amount);
  const priceOf = (item: Json) => Number(item.item_price ?? 0) * Number(item.quantity ?? 1);
  return (
    <div className="detail-card">
      <strong>{texts.order}</strong>
      <table>
        <tbody>
          {items.map((item, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines of an order do not change
            <tr key={at}>
              <td>{texts.orderLine(String(item.quantity ?? 1), String(item.product_retailer_id ?? "?"))}</td>
              <td>{money(priceOf(item))}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{texts.total}</th>
            <td>{money(items.reduce((sum, item) => sum + priceOf(item), 0))}</td>
          </tr>
        </tfoot>
      </table>
      {content?.text && <FormattedText text={String(content.text)} />}
    </div>
  );
}

/** The answers to a form (WhatsApp Flow). */
export function FormAnswers({ reply }: { reply: Json }) {
  const texts = useWords(words);
  const answers = Object.entries(answersOf(reply?.response_json)).filter(([name]) => name !== "flow_token");
  return (
    <div className="detail-card">
      <strong>
        <Icon name="template" />
        {texts.formSent}
      </strong>
      {answers.length === 0 ? (
        reply?.body
      ) : (
        <dl>
          {answers.map(([name, value]) => (
            <div key={name}>
              <dt>{name.replace(/^screen_\d+_|_\d+$/g, "").replaceAll("_", " ")}</dt>
              <dd dir="auto">{textOf(value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

function answersOf(text: unknown): Record<string, unknown> {
  try {
    const value = typeof text === "string" ? JSON.parse(text) : text;
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  return value !== null && typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value : [];
}
