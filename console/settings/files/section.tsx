import { useState } from "react";
import { useConnection, useLiveRows } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Check, Select, TextInput } from "../../ui/form/fields.tsx";
import { Form } from "../../ui/form/form_dialog.tsx";
import { isChecked, optionalText, text } from "../../ui/form/values.ts";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Panel, Section } from "../pattern/section.tsx";
import { Imports } from "./imports.tsx";
import { download, upload } from "./transfer.ts";
import { words } from "./words.ts";

const RULES = ["update", "fill", "skip"] as const;
const KINDS = ["contacts", "conversations", "messages", "users"] as const;

export default function Files() {
  const texts = useWords(words);
  const mayImport = useMay("agent");
  const [version, setVersion] = useState(0);
  useLiveRows("import", () => setVersion((last) => last + 1));
  return (
    <Section title={texts.title} about={texts.about}>
      {mayImport && <ImportForm onUploaded={() => setVersion(version + 1)} />}
      {mayImport && <Imports version={version} reload={() => setVersion(version + 1)} />}
      <Exports />
    </Section>
  );
}

function ImportForm({ onUploaded }: { onUploaded: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const [times, setTimes] = useState(0);
  const send = async (form: FormData) => {
    const file = form.get("file");
    if (!(file instanceof File)) return;
    const query = new URLSearchParams({
      dryRun: "true",
      filename: file.name,
      onExisting: text(form, "onExisting"),
      createFields: String(isChecked(form, "createFields")),
    });
    for (const name of ["tag", "group"]) {
      const value = optionalText(form, name);
      if (value) query.set(name, value);
    }
    await upload(connection, `/imports?${query}`, file);
    setTimes(times + 1);
    onUploaded();
  };
  return (
    <Panel title={texts.importTitle} about={texts.importAbout}>
      {/* Another key empties the fields. */}
      <Form key={times} submitLabel={texts.check} onSubmit={send}>
        <TextInput name="file" label={texts.file} type="file" required />
        <Select
          name="onExisting"
          label={texts.existing}
          value="update"
          options={RULES.map((value) => ({ value, label: texts.rules[value] }))}
        />
        <TextInput name="tag" label={texts.tag} maxLength={100} />
        <TextInput name="group" label={texts.group} maxLength={100} />
        <Check name="createFields" label={texts.createFields} />
      </Form>
    </Panel>
  );
}

function Exports() {
  const texts = useWords(words);
  const connection = useConnection();
  const [running, setRunning] = useState<string | null>(null);
  const save = async (kind: string) => {
    setRunning(kind);
    showToast(texts.preparing);
    const day = new Date().toISOString().slice(0, 10);
    await download(connection, `/exports/${kind}`, `${kind}-${day}.csv`).catch(showProblem);
    setRunning(null);
  };
  return (
    <Panel title={texts.exportTitle} about={texts.exportAbout}>
      <div className="row wrap">
        {KINDS.map((kind) => (
          <Button key={kind} icon="download" disabled={running !== null} onClick={() => void save(kind)}>
            {texts.kinds[kind]}
          </Button>
        ))}
      </div>
    </Panel>
  );
}
