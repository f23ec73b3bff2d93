import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextInput } from "../../ui/form/fields.tsx";
import { Form } from "../../ui/form/form_dialog.tsx";
import { text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { Copyable } from "../pattern/copyable.tsx";
import { words as patternWords } from "../pattern/words.ts";
import { QrCode } from "./qr_code.tsx";
import { words } from "./words.ts";

const START = graphql(`
  mutation StartTotp($password: String!) { startTotp(input: { password: $password }) { uri secret } }
`);
const CONFIRM = graphql(`
  mutation ConfirmTotp($code: String!) { confirmTotp(input: { code: $code }) { recoveryCodes endedSessions } }
`);

/** The password, then the secret for the app and its first code, then the recovery codes. */
export function SetUp({ onClose }: { onClose: () => void }) {
  const texts = useWords(words);
  const { cancel } = useWords(patternWords);
  const connection = useConnection();
  const [secret, setSecret] = useState<{ uri: string; secret: string } | null>(null);
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[] | null>(null);
  if (recoveryCodes)
    return (
      <Dialog title={texts.recoveryTitle} closesOutside={false} onClose={onClose}>
        <RecoveryCodes codes={recoveryCodes} onClose={onClose} />
      </Dialog>
    );
  return (
    <Dialog title={texts.startTitle} closesOutside={false} onClose={onClose}>
      {secret ? (
        <Form
          key="code"
          submitLabel={texts.confirm}
          cancel={cancel}
          onCancel={onClose}
          onSubmit={async (form) => {
            const { confirmTotp } = await connection.mutate(CONFIRM, { code: text(form, "code") });
            setRecoveryCodes(confirmTotp?.recoveryCodes ?? []);
          }}
        >
          <p>{texts.scan}</p>
          <QrCode text={secret.uri} label={texts.picture} />
          <p className="soft">{texts.secret}</p>
          <Copyable label={texts.secret} text={secret.secret} />
          <a href={secret.uri}>{texts.openHere}</a>
          <TextInput
            name="code"
            label={texts.code}
            autoComplete="one-time-code"
            inputMode="numeric"
            required
          />
        </Form>
      ) : (
        <Form
          key="password"
          submitLabel={texts.next}
          cancel={cancel}
          onCancel={onClose}
          onSubmit={async (form) => {
            const { startTotp } = await connection.mutate(START, { password: String(form.get("password")) });
            setSecret(startTotp ?? null);
          }}
        >
          <TextInput
            name="password"
            label={texts.oldPassword}
            type="password"
            autoComplete="current-password"
            required
          />
        </Form>
      )}
    </Dialog>
  );
}

function RecoveryCodes({ codes, onClose }: { codes: readonly string[]; onClose: () => void }) {
  const texts = useWords(words);
  const save = () => {
    const url = URL.createObjectURL(new Blob([`${codes.join("\n")}\n`], { type: "text/plain" }));
    Object.assign(document.createElement("a"), { href: url, download: "parley-recovery-codes.txt" }).click();
    URL.revokeObjectURL(url);
  };
  return (
    <>
      <p>{texts.recoveryText}</p>
      <ul className="recovery-codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div className="actions">
        <Button icon="download" onClick={save}>
          {texts.download}
        </Button>
        <Button look="primary" onClick={onClose}>
          {texts.done}
        </Button>
      </div>
    </>
  );
}
