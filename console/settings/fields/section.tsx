import { useState } from "react";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Check, Select, TextInput } from "../../ui/form/fields.tsx";
import { isChecked, optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const FIELDS = graphql(`
  query SettingsContactFields($after: Cursor) {
    contactFields(first: 100, after: $after) {
      nodes { id key label type choices description isSensitive }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateContactField($field: ContactFieldInput!) {
    createContactField(input: { contactField: $field }) { contactField { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateContactField($id: UUID!, $patch: ContactFieldPatch!) {
    updateContactField(input: { id: $id, patch: $patch }) {
      contactField { id label choices description }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteContactField($id: UUID!) {
    deleteContactField(input: { id: $id }) { deletedContactFieldNodeId }
  }
`);

type ContactField = NonNullable<ResultOf<typeof FIELDS>["contactFields"]>["nodes"][number];
const TYPES = ["text", "number", "boolean", "date", "choice"] as const;

export default function ContactFields() {
  const texts = useWords(words);
  const connection = useConnection();
  const isAdmin = useMay("admin");
  return (
    <Records
      title={texts.title}
      about={texts.about}
      addLabel={texts.add}
      document={FIELDS}
      connectionOf={({ contactFields }) => contactFields}
      keyOf={({ id }) => id}
      empty={{ icon: "file", title: texts.empty, text: texts.emptyText }}
      view={({ key, label, type, description, isSensitive }) => ({
        title: label ?? key,
        about: [label && key, description].filter(Boolean).join(" · "),
        badges: (
          <>
            <span className="badge">{texts.types[type]}</span>
            {isSensitive && <span className="badge warning">{texts.sensitive}</span>}
          </>
        ),
      })}
      edit={
        isAdmin
          ? {
              title: (field) => (field ? texts.edit : texts.add),
              fields: (field) => <Fields field={field} />,
              save: (form, field) => {
                const choices = text(form, "choices")
                  .split("\n")
                  .map((choice) => choice.trim());
                const patch = {
                  label: optionalText(form, "label"),
                  description: optionalText(form, "description"),
                  choices: form.has("choices") ? choices.filter(Boolean) : null,
                };
                return field
                  ? connection.mutate(UPDATE, { id: field.id, patch })
                  : connection.mutate(CREATE, {
                      field: {
                        ...patch,
                        key: text(form, "key"),
                        type: text(form, "type") as ContactField["type"],
                        isSensitive: isChecked(form, "isSensitive"),
                      },
                    });
              },
            }
          : undefined
      }
      remove={
        isAdmin
          ? {
              question: ({ key, label }) => texts.question(label ?? key),
              text: () => texts.consequence,
              run: ({ id }) => connection.mutate(DELETE, { id }),
            }
          : undefined
      }
    />
  );
}

function Fields({ field }: { field: ContactField | null }) {
  const texts = useWords(words);
  const [type, setType] = useState<string>(field?.type ?? "text");
  return (
    <>
      {!field && (
        <>
          <TextInput
            name="key"
            label={texts.key}
            hint={texts.keyHint}
            required
            maxLength={63}
            spellCheck={false}
          />
          <Select
            name="type"
            label={texts.type}
            hint={texts.typeHint}
            value={type}
            onSelect={setType}
            options={TYPES.map((value) => ({ value, label: texts.types[value] }))}
          />
        </>
      )}
      <TextInput
        name="label"
        label={texts.label}
        hint={texts.labelHint}
        value={field?.label}
        maxLength={100}
      />
      {type === "choice" && (
        <TextInput
          name="choices"
          label={texts.choices}
          hint={texts.choicesHint}
          rows={5}
          required
          value={field?.choices?.join("\n")}
        />
      )}
      <TextInput
        name="description"
        label={texts.description}
        rows={2}
        maxLength={1000}
        value={field?.description}
      />
      {!field && <Check name="isSensitive" label={texts.sensitive} hint={texts.sensitiveHint} />}
    </>
  );
}
