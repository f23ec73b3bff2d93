import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MediaUpload } from "../../ui/media_upload.tsx";
import { useWords } from "../../words/language.ts";
import { type Component, type Format, withText } from "../components.ts";
import { words } from "../words.ts";
import { CountedText } from "./counted_text.tsx";
import { Examples } from "./examples.tsx";

const ACCEPTED = {
  IMAGE: "image/jpeg,image/png",
  VIDEO: "video/mp4,video/3gpp",
  DOCUMENT: "application/pdf",
};

type Choice = keyof typeof words.en.headerFormat;

/** What stands above the text: a title, a file or a place. */
export function HeaderEditor({
  header,
  format,
  formats = ["none", "TEXT", "IMAGE", "VIDEO", "DOCUMENT", "LOCATION"],
  problem,
  onChange,
}: {
  header: Component | undefined;
  format: Format;
  formats?: readonly Choice[];
  problem: string | null;
  onChange: (header: Component | null) => void;
}) {
  const texts = useWords(words);
  const current = header?.format?.toUpperCase() ?? "none";
  const choose = (choice: string) => {
    if (choice === "none") return onChange(null);
    onChange({ type: "HEADER", format: choice, ...(choice === "TEXT" && { text: "" }) });
  };
  return (
    <>
      <Field label={texts.header}>
        {(given) => (
          <select
            {...given}
            className="input"
            value={current}
            onChange={({ target }) => choose(target.value)}
          >
            {formats.map((each) => (
              <option key={each} value={each}>
                {texts.headerFormat[each]}
              </option>
            ))}
            {!formats.includes(current as Choice) && <option value={current}>{current}</option>}
          </select>
        )}
      </Field>
      {header && current === "TEXT" && (
        <>
          <CountedText
            label={texts.headerText}
            value={header.text ?? ""}
            limit={60}
            error={problem}
            variables={format}
            onChange={(text) => onChange(withText(header, text, format))}
          />
          <Examples component={header} format={format} onChange={onChange} />
        </>
      )}
      {header && current in ACCEPTED && (
        <HeaderFile
          header={header}
          kind={current as keyof typeof ACCEPTED}
          problem={problem}
          onChange={onChange}
        />
      )}
    </>
  );
}

function HeaderFile({
  header,
  kind,
  problem,
  onChange,
}: {
  header: Component;
  kind: keyof typeof ACCEPTED;
  problem: string | null;
  onChange: (header: Component) => void;
}) {
  const texts = useWords(words);
  const { media_id, header_handle } = header.example ?? {};
  return (
    <div className="field">
      <span className="label">{texts.headerFile}</span>
      <span className="row wrap">
        <MediaUpload
          label={texts.chooseFile}
          busyLabel={texts.uploading}
          accept={ACCEPTED[kind]}
          type={kind.toLowerCase()}
          onUploaded={({ id }) => onChange({ ...header, example: { media_id: id } })}
        />
        {(media_id || header_handle) !== undefined && (
          <span className="badge accent">
            <Icon name="check" />
            {media_id ? texts.fileReady : texts.fileAtMeta}
          </span>
        )}
      </span>
      <span className="hint">{texts.headerFileHint}</span>
      {problem && <span className="error">{problem}</span>}
    </div>
  );
}
