import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Select, TextInput } from "../../ui/form/fields.tsx";
import { text } from "../../ui/form/values.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const PRICES = graphql(`
  query SettingsMessagePrices($after: Cursor) {
    messagePrices(first: 100, after: $after) {
      nodes { id category prefix price currency }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateMessagePrice($price: MessagePriceInput!) {
    createMessagePrice(input: { messagePrice: $price }) { messagePrice { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateMessagePrice($id: UUID!, $patch: MessagePricePatch!) {
    updateMessagePrice(input: { id: $id, patch: $patch }) {
      messagePrice { id category prefix price currency }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteMessagePrice($id: UUID!) {
    deleteMessagePrice(input: { id: $id }) { deletedMessagePriceNodeId }
  }
`);

type Price = NonNullable<ResultOf<typeof PRICES>["messagePrices"]>["nodes"][number];
const CATEGORIES = ["marketing", "utility", "authentication", "service"] as const;
type Category = (typeof CATEGORIES)[number];

export default function MessagePrices() {
  const texts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const formatPrice = ({ price, currency }: Price) =>
    new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 6 }).format(
      Number(price),
    );
  const fields = (price: Price | null) => (
    <>
      <Select
        name="category"
        label={texts.category}
        value={price?.category ?? "marketing"}
        options={CATEGORIES.map((value) => ({ value, label: texts.categories[value] }))}
      />
      <TextInput
        name="prefix"
        label={texts.prefix}
        hint={texts.prefixHint}
        value={price?.prefix}
        pattern="[0-9]{0,7}"
        inputMode="numeric"
      />
      <TextInput
        name="price"
        label={texts.price}
        value={price?.price}
        type="number"
        min={0}
        step="any"
        required
      />
      <TextInput
        name="currency"
        label={texts.currency}
        value={price?.currency ?? "EUR"}
        pattern="[A-Z]{3}"
        required
        maxLength={3}
      />
    </>
  );
  const save = (form: FormData, price: Price | null) => {
    const values = {
      category: text(form, "category"),
      prefix: text(form, "prefix"),
      price: text(form, "price"),
      currency: text(form, "currency"),
    };
    return price
      ? connection.mutate(UPDATE, { id: price.id, patch: values })
      : connection.mutate(CREATE, { price: values });
  };
  return (
    <Records
      title={texts.title}
      about={texts.about}
      addLabel={texts.add}
      document={PRICES}
      connectionOf={({ messagePrices }) => messagePrices}
      keyOf={({ id }) => id}
      empty={{ icon: "figures", title: texts.empty, text: texts.emptyText }}
      view={(price) => ({
        title: texts.categories[price.category as Category] ?? price.category,
        about: price.prefix ? `+${price.prefix} …` : texts.allNumbers,
        badges: <span>{formatPrice(price)}</span>,
      })}
      edit={isAdmin ? { title: (price) => (price ? texts.edit : texts.add), fields, save } : undefined}
      remove={
        isAdmin
          ? { question: () => texts.question, run: ({ id }) => connection.mutate(DELETE, { id }) }
          : undefined
      }
    />
  );
}
