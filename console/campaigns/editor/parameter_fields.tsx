import { useState } from "react";
import type { Component } from "../../templates/components.ts";
import { Field } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MediaUpload } from "../../ui/media_upload.tsx";
import { useWords } from "../../words/language.ts";
import { type Parameters, readParameter, type Slot, slotsOf, writeParameter } from "../parameters.ts";
import { type Words, words } from "../words.ts";
import { FieldPicker } from "./field_picker.tsx";

const ACCEPTED = { image: "image/jpeg,image/png", video: "video/mp4,video/3gpp", document: "" };

/** A field for each value that the template needs. What has no field is given as JSON. */
export function ParameterFields({
  components,
  parameters,
  onChange,
}: {
  components: readonly Component[];
  parameters: Parameters;
  onChange: (parameters: Parameters) => void;
}) {
  const texts = useWords(words);
  const slots = slotsOf(components);
  if (slots?.length === 0) return null;
  return (
    <fieldset className="form-group">
      <legend>{texts.parameters}</legend>
      {slots ? (
        slots.map((slot) => (
          <SlotField
            key={JSON.stringify(slot)}
            slot={slot}
            parameters={parameters}
            onChange={(value) => onChange(writeParameter(parameters, slot, value))}
            onReplace={onChange}
          />
        ))
      ) : (
        <>
          <p className="soft">{texts.onlyJson}</p>
          <JsonParameters parameters={parameters} onChange={onChange} />
        </>
      )}
    </fieldset>
  );
}

function SlotField({
  slot,
  parameters,
  onChange,
  onReplace,
}: {
  slot: Slot;
  parameters: Parameters;
  onChange: (value: string) => void;
  onReplace: (parameters: Parameters) => void;
}) {
  const texts = useWords(words);
  const value = readParameter(parameters, slot);
  const label = labelOf(slot, texts);
  if (slot.is === "file")
    return (
      <div className="field">
        <span className="label">{label}</span>
        <span className="row wrap">
          <MediaUpload
            label={texts.upload}
            busyLabel={texts.uploading}
            accept={ACCEPTED[slot.format]}
            type={slot.format}
            onUploaded={({ id }) => onChange(id)}
          />
          {value && (
            <span className="badge accent">
              <Icon name="check" />
              {texts.uploaded}
            </span>
          )}
        </span>
      </div>
    );
  if (slot.is === "place") return <PlaceFields parameters={parameters} onChange={onReplace} />;
  return (
    <Field label={label}>
      {(given) => (
        <span className="row">
          <input
            {...given}
            className="input"
            dir="auto"
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
          <FieldPicker label={texts.insertOf(label)} onPick={(variable) => onChange(value + variable)} />
        </span>
      )}
    </Field>
  );
}

function labelOf(slot: Slot, texts: Words): string {
  switch (slot.is) {
    case "body":
      return texts.parameterOf(slot.name);
    case "header":
      return texts.headerOf(slot.name);
    case "file":
      return texts.file;
    case "place":
      return texts.place;
    case "button":
      return slot.button.type.toUpperCase() === "URL"
        ? texts.linkEnd(slot.button.text ?? "")
        : texts.couponCode;
    default:
      throw new Error(slot satisfies never);
  }
}

function PlaceFields({
  parameters,
  onChange,
}: {
  parameters: Parameters;
  onChange: (parameters: Parameters) => void;
}) {
  const texts = useWords(words);
  const place = (parameters.header ?? {}) as { latitude?: number; longitude?: number; name?: string };
  const set = (patch: object) => onChange({ ...parameters, header: { ...place, ...patch } });
  return (
    <fieldset className="pair">
      <legend>{texts.place}</legend>
      {(["latitude", "longitude"] as const).map((key) => (
        <Field key={key} label={texts[key]}>
          {(given) => (
            <input
              {...given}
              className="input"
              type="number"
              step="any"
              value={place[key] ?? ""}
              onChange={({ target }) => set({ [key]: target.valueAsNumber })}
            />
          )}
        </Field>
      ))}
      <Field label={texts.placeName}>
        {(given) => (
          <input
            {...given}
            className="input"
            value={place.name ?? ""}
            onChange={({ target }) => set({ name: target.value })}
          />
        )}
      </Field>
    </fieldset>
  );
}

function JsonParameters({
  parameters,
  onChange,
}: {
  parameters: Parameters;
  onChange: (parameters: Parameters) => void;
}) {
  const texts = useWords(words);
  const [text, setText] = useState(() => JSON.stringify(parameters, null, 2));
  const [isInvalid, setInvalid] = useState(false);
  const change = (next: string) => {
    setText(next);
    try {
      const read: unknown = JSON.parse(next);
      const isObject = typeof read === "object" && read !== null && !Array.isArray(read);
      setInvalid(!isObject);
      if (isObject) onChange(read as Parameters);
    } catch {
      setInvalid(true);
    }
  };
  return (
    <Field label={texts.asJson} error={isInvalid ? texts.jsonInvalid : undefined}>
      {(given) => (
        <textarea
          {...given}
          className="input"
          rows={8}
          dir="ltr"
          spellCheck={false}
          value={text}
          onChange={({ target }) => change(target.value)}
        />
      )}
    </Field>
  );
}
