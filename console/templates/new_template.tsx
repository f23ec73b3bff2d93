import { type FormEvent, useState } from "react";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { go } from "../routing/location.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Failed } from "../ui/states.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import type { Component, Format } from "./components.ts";
import { CREATE_TEMPLATE } from "./template_documents.ts";
import { words } from "./words.ts";

type Category = keyof typeof words.en.category;

/** Languages that are written often; any other can be typed. */
const LANGUAGES = [
  "en",
  "en_US",
  "en_GB",
  "tr",
  "de",
  "es",
  "es_MX",
  "fr",
  "pt_BR",
  "it",
  "nl",
  "ar",
  "ru",
  "id",
  "hi",
];

const FIRST: Record<Category, readonly Component[]> = {
  marketing: [{ type: "BODY", text: "" }],
  utility: [{ type: "BODY", text: "" }],
  authentication: [
    { type: "BODY", add_security_recommendation: true },
    { type: "FOOTER", code_expiration_minutes: 10 },
    { type: "BUTTONS", buttons: [{ type: "OTP", otp_type: "COPY_CODE" }] },
  ],
};

/** Asks what cannot be changed later as easily as the text, stores a draft and opens it. */
export function NewTemplate({ onClose }: { onClose: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const ours = useLanguage();
  const [name, setName] = useState("");
  const [language, setLanguage] = useState<string>(ours);
  const [category, setCategory] = useState<Category>("utility");
  const [parameterFormat, setFormat] = useState<Format>("named");
  const [problem, setProblem] = useState<Problem | null>(null);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const template = { name, language, category, parameterFormat, components: FIRST[category] };
      const { createTemplate } = await connection.mutate(CREATE_TEMPLATE, { template });
      go(`templates/${createTemplate?.template.id}`);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <Dialog title={texts.create} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void create(event)}>
        {problem && <Failed message={`${problem.message} (${problem.code})`} />}
        <Field label={texts.name} hint={texts.nameHint}>
          {(given) => (
            <input
              {...given}
              className="input"
              required
              maxLength={512}
              pattern="[a-z0-9_]+"
              autoComplete="off"
              spellCheck={false}
              value={name}
              onChange={({ target }) => setName(target.value.toLowerCase().replaceAll(/[\s-]/g, "_"))}
            />
          )}
        </Field>
        <Field label={texts.language} hint={texts.languageHint}>
          {(given) => (
            <>
              <input
                {...given}
                className="input"
                required
                minLength={2}
                maxLength={20}
                list={`${given.id}-list`}
                value={language}
                onChange={({ target }) => setLanguage(target.value)}
              />
              <datalist id={`${given.id}-list`}>
                {LANGUAGES.map((each) => (
                  <option key={each} value={each} />
                ))}
              </datalist>
            </>
          )}
        </Field>
        <Field label={texts.categoryLabel} hint={texts.categoryHint[category]}>
          {(given) => (
            <select
              {...given}
              className="input"
              value={category}
              onChange={({ target }) => setCategory(target.value as Category)}
            >
              {(Object.keys(texts.category) as Category[]).map((each) => (
                <option key={each} value={each}>
                  {texts.category[each]}
                </option>
              ))}
            </select>
          )}
        </Field>
        {category !== "authentication" && (
          <Field label={texts.formatLabel}>
            {(given) => (
              <select
                {...given}
                className="input"
                value={parameterFormat}
                onChange={({ target }) => setFormat(target.value as Format)}
              >
                <option value="named">{texts.format.named}</option>
                <option value="positional">{texts.format.positional}</option>
              </select>
            )}
          </Field>
        )}
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button look="primary" type="submit">
            {texts.createAction}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
