import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { Failed } from "../../ui/states.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useAutosave } from "../../ui/use_autosave.ts";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import {
  type Campaign,
  CREATE_VARIANT,
  DELETE_VARIANT,
  UPDATE_VARIANT,
  type Variant,
} from "../campaign_documents.ts";
import { words } from "../words.ts";
import type { Draft } from "./campaign_editor.tsx";
import { MessageFields } from "./message_fields.tsx";

/** What is sent, and the variants that are compared. */
export function MessageStep({
  campaign,
  draft,
  onChange,
  onChanged,
}: {
  campaign: Campaign;
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const variants = campaign.variants.nodes;
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  const run = async (action: () => Promise<unknown>) => {
    try {
      await action();
      onChanged();
    } catch (error) {
      showProblem(error);
    }
  };
  /** The first letter that is not taken: A, B, C … */
  const add = () => {
    const taken = new Set(variants.map(({ name }) => name.toUpperCase()));
    const letter = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"].find((each) => !taken.has(each)) ?? "";
    return run(() =>
      connection.mutate(CREATE_VARIANT, { variant: { campaignId: campaign.id, name: letter, weight: 1 } }),
    );
  };
  return (
    <div className="stack">
      <MessageFields value={draft} onChange={onChange} />
      <section className="stack" aria-label={texts.variants}>
        <div>
          <h2>{texts.variants}</h2>
          <p className="soft">{texts.variantsHint}</p>
        </div>
        {variants.map((variant) => (
          <VariantForm
            key={variant.id}
            variant={variant}
            share={variant.weight / total}
            onChanged={onChanged}
            onRemove={() => void run(() => connection.mutate(DELETE_VARIANT, { id: variant.id }))}
          />
        ))}
        <div>
          <Button icon="plus" onClick={() => void add()}>
            {texts.addVariant}
          </Button>
        </div>
      </section>
    </div>
  );
}

function VariantForm({
  variant,
  share,
  onChanged,
  onRemove,
}: {
  variant: Variant;
  share: number;
  onChanged: () => void;
  onRemove: () => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const { id, name, weight, templateName, language, text, parameters } = variant;
  const [value, setValue] = useState({ name, weight, templateName, language, text, parameters });
  const [isOwn, setOwn] = useState(templateName !== null || text !== null || parameters !== null);
  const { problem } = useAutosave(value, async (patch) => {
    await connection.mutate(UPDATE_VARIANT, { id, patch: { ...patch, text: patch.text || null } });
    onChanged();
  });
  const change = (patch: Partial<typeof value>) => setValue((before) => ({ ...before, ...patch }));
  const own = (isChecked: boolean) => {
    setOwn(isChecked);
    if (!isChecked) change({ templateName: null, language: null, text: null, parameters: null });
  };
  return (
    <section className="form-item" aria-label={`${texts.variant} ${value.name}`}>
      <div className="row top spread">
        <div className="row wrap top">
          <Field label={texts.variantName}>
            {(given) => (
              <input
                {...given}
                className="input narrow"
                maxLength={50}
                value={value.name}
                onChange={({ target }) => change({ name: target.value })}
              />
            )}
          </Field>
          <Field label={texts.weight} hint={texts.share(format.percent(share))}>
            {(given) => (
              <input
                {...given}
                className="input narrow"
                type="number"
                min={1}
                max={1000}
                value={value.weight}
                onChange={({ target }) => change({ weight: Math.max(1, Math.trunc(Number(target.value))) })}
              />
            )}
          </Field>
        </div>
        <IconButton label={texts.removeVariant} icon="trash" onClick={onRemove} />
      </div>
      {problem && <Failed message={`${problem.message} (${problem.code})`} />}
      <label className="row">
        <input type="checkbox" checked={isOwn} onChange={({ target }) => own(target.checked)} />
        {texts.own} <span className="soft small">{texts.ownHint}</span>
      </label>
      {isOwn && (
        <MessageFields
          value={{ ...value, parameters: value.parameters ?? {} }}
          onChange={(patch) => change(patch)}
        />
      )}
    </section>
  );
}
