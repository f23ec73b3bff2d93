import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { fetched } from "./export_contacts.ts";
import { ImportProgress } from "./import_progress.tsx";
import { words } from "./words.ts";

const RULES = ["update", "fill", "skip"] as const;

/** Chooses a file, shows what importing it would do, and imports it. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const [importId, setImportId] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const upload = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const file = form.get("file") as File;
    setBusy(true);
    setError(null);
    try {
      const response = await fetched(connection, `/imports?${queryOf(form, file.name)}`, {
        method: "POST",
        headers: { "content-type": "text/csv" },
        body: file,
      });
      setImportId((await response.json()).id);
    } catch (reason) {
      const { message, code } = problemOf(reason);
      setError(`${message} (${code})`);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={texts.importTitle} isWide onClose={onClose}>
      {importId ? (
        <ImportProgress importId={importId} onOtherFile={() => setImportId(null)} onClose={onClose} />
      ) : (
        <form className="stack" onSubmit={(event) => void upload(event)}>
          {error && <Failed message={error} />}
          <Field label={texts.file} hint={texts.fileHint}>
            {(given) => (
              <input
                {...given}
                className="input"
                type="file"
                name="file"
                accept=".csv,.tsv,.txt,text/csv"
                required
              />
            )}
          </Field>
          <Field label={texts.existing}>
            {(given) => (
              <select {...given} className="input" name="onExisting">
                {RULES.map((rule) => (
                  <option key={rule} value={rule}>
                    {texts.existingRules[rule]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <div className="import-options">
            <Field label={texts.addTag}>
              {(given) => <input {...given} className="input" name="tag" maxLength={100} />}
            </Field>
            <Field label={texts.addGroup}>
              {(given) => <input {...given} className="input" name="group" maxLength={100} />}
            </Field>
            <Field label={texts.country}>
              {(given) => (
                <input {...given} className="input" name="country" maxLength={2} pattern="[A-Za-z]{2}" />
              )}
            </Field>
          </div>
          <label className="row">
            <input type="checkbox" name="createFields" />
            {texts.createFields}
          </label>
          <div className="actions">
            <Button onClick={onClose}>{texts.cancel}</Button>
            <Button type="submit" look="primary" disabled={isBusy}>
              {isBusy ? texts.checking : texts.check}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}

function queryOf(form: FormData, filename: string): URLSearchParams {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const query = new URLSearchParams({ dryRun: "true", filename, onExisting: text("onExisting") });
  for (const name of ["tag", "group"]) if (text(name)) query.append(name, text(name));
  if (text("country")) query.set("country", text("country").toUpperCase());
  if (form.get("createFields")) query.set("createFields", "true");
  return query;
}
