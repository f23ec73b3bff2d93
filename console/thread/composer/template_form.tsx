import { useEffect, useMemo, useRef, useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { renderTemplate } from "../bubble/rendered_template.ts";
import { TemplateView } from "../bubble/template_card.tsx";
import type { Head } from "../documents.ts";
import { unsentOf } from "../messages/unsent_of.ts";
import type { PickedTemplate } from "./template_picker.tsx";
import {
  fieldsOf,
  headerFileOf,
  isComplete,
  parametersOf,
  previewOf,
  type TemplateField,
  type TemplateValues,
} from "./template_values.ts";
import { type Attachment, useUploads } from "./uploads.ts";
import { composerWords } from "./words.ts";

const ACCEPTED = { image: "image/jpeg,image/png", video: "video/mp4,video/3gpp", document: "" };

/** The values of a template, beside what the customer will see. */
export function TemplateForm({
  head,
  template,
  onBack,
  onSent,
}: {
  head: Head;
  template: PickedTemplate;
  onBack: () => void;
  onSent: () => void;
}) {
  const texts = useWords(composerWords);
  const connection = useConnection();
  const { components } = template;
  const fields = useMemo(() => fieldsOf(components), [components]);
  const [typed, setTyped] = useState<TemplateValues>({});
  const uploads = useUploads();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>("input, button[type=submit]")?.focus(), []);
  const file = uploads.attachments.at(-1);
  const values = { ...typed, "header.file": file?.stored?.id ?? "" };
  const rendered = renderTemplate(components, previewOf(components, values));
  const send = () => {
    unsentOf(connection).add({
      conversationId: head.id,
      order: {
        kind: "template",
        input: {
          conversationId: head.id,
          name: template.name,
          language: template.language,
          parameters: parametersOf(components, values),
        },
      },
      text: [rendered.header?.kind === "text" && rendered.header.text, rendered.body]
        .filter(Boolean)
        .join("\n"),
      fileType: headerFileOf(components),
    });
    onSent();
  };
  return (
    <form
      ref={form}
      className="template-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete(components, values)) send();
      }}
    >
      <div className="stack">
        <div className="row">
          <Button icon="back" look="quiet" onClick={onBack}>
            {texts.back}
          </Button>
          <strong>{template.name}</strong>
        </div>
        {fields.map((field) =>
          field.kind === "file" ? (
            <FileField
              key={field.key}
              format={headerFileOf(components)!}
              file={file}
              onFile={(next) => uploads.add([next])}
            />
          ) : (
            <ValueField
              key={field.key}
              field={field}
              value={typed[field.key] ?? ""}
              onChange={(value) => setTyped({ ...typed, [field.key]: value })}
            />
          ),
        )}
        <div className="actions">
          <Button look="primary" icon="send" type="submit" disabled={!isComplete(components, values)}>
            {texts.sendTemplate}
          </Button>
        </div>
      </div>
      <section className="preview-pane" aria-label={texts.preview}>
        <div className="message outbound first">
          <div className="bubble">
            <TemplateView rendered={rendered} file={file && <PreviewFile file={file} />} />
          </div>
        </div>
      </section>
    </form>
  );
}

function ValueField({
  field: { kind, name, card },
  value,
  onChange,
}: {
  field: TemplateField;
  value: string;
  onChange: (value: string) => void;
}) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  const isNumber = kind === "latitude" || kind === "longitude";
  const labels: Record<TemplateField["kind"], string> = {
    header: texts.headerVariable(name),
    body: texts.variable(name),
    cardBody: texts.variable(name),
    url: texts.buttonValue.url(name),
    cardUrl: texts.buttonValue.url(name),
    code: texts.buttonValue.code(name),
    file: "",
    cardFile: texts.cardLink,
    place: texts.headerPlace,
    latitude: texts.latitude,
    longitude: texts.longitude,
  };
  const prefix = card === null ? "" : `${texts.card(new Intl.NumberFormat(language).format(card + 1))}: `;
  return (
    <Field label={prefix + labels[kind]}>
      {(given) => (
        <input
          {...given}
          className="input"
          type={isNumber ? "number" : kind === "cardFile" ? "url" : "text"}
          step={isNumber ? "any" : undefined}
          required={kind !== "place"}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

function FileField({
  format,
  file,
  onFile,
}: {
  format: "image" | "video" | "document";
  file: Attachment | undefined;
  onFile: (file: File) => void;
}) {
  const texts = useWords(composerWords);
  const language = useLanguage();
  const problem = file?.problem ? `${file.problem.message} (${file.problem.code})` : undefined;
  const progress =
    file && !file.problem
      ? file.stored
        ? texts.uploaded
        : texts.uploading(new Intl.NumberFormat(language, { style: "percent" }).format(file.progress))
      : undefined;
  return (
    <Field label={texts.headerFile[format]} error={problem} hint={progress}>
      {(given) => (
        <input
          {...given}
          className="input"
          type="file"
          required
          accept={ACCEPTED[format]}
          onChange={({ target }) => target.files?.[0] && onFile(target.files[0])}
        />
      )}
    </Field>
  );
}

function PreviewFile({ file: { mimeType, preview, name } }: { file: Attachment }) {
  if (mimeType.startsWith("image/")) return <img className="preview-file" src={preview} alt={name} />;
  return (
    <div className="file-card missing">
      <strong dir="auto">{name}</strong>
    </div>
  );
}
