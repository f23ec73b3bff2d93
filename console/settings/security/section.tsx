import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { TextInput } from "../../ui/form/fields.tsx";
import { Form } from "../../ui/form/form_dialog.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Panel, Section } from "../pattern/section.tsx";
import { AuthenticatorCodes } from "./authenticator_codes.tsx";
import { words } from "./words.ts";

const CHANGE_PASSWORD = graphql(`
  mutation ChangePassword($oldPassword: String!, $newPassword: String!) {
    changePassword(input: { oldPassword: $oldPassword, newPassword: $newPassword }) { endedSessions }
  }
`);

export default function Security() {
  const texts = useWords(words);
  const connection = useConnection();
  const [times, setTimes] = useState(0);
  const change = async (form: FormData) => {
    const { changePassword } = await connection.mutate(CHANGE_PASSWORD, {
      oldPassword: String(form.get("oldPassword")),
      newPassword: String(form.get("newPassword")),
    });
    showToast(texts.changed(changePassword?.endedSessions ?? 0));
    setTimes(times + 1);
  };
  return (
    <Section title={texts.title} about={texts.about}>
      <Panel title={texts.password} about={texts.passwordAbout}>
        {/* Another key empties the fields. */}
        <Form key={times} submitLabel={texts.change} onSubmit={change}>
          <TextInput
            name="oldPassword"
            label={texts.oldPassword}
            type="password"
            autoComplete="current-password"
            required
          />
          <TextInput
            name="newPassword"
            label={texts.newPassword}
            hint={texts.newPasswordHint}
            type="password"
            autoComplete="new-password"
            minLength={8}
            required
          />
        </Form>
      </Panel>
      <AuthenticatorCodes />
    </Section>
  );
}
