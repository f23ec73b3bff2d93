import { useState } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { TextInput } from "../../ui/form/fields.tsx";
import { FormDialog } from "../../ui/form/form_dialog.tsx";
import { text } from "../../ui/form/values.ts";
import { Failed } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Panel } from "../pattern/section.tsx";
import { SetUp } from "./set_up.tsx";
import { words } from "./words.ts";

const STATE = graphql(`query MyTotp { myTotp { confirmedAt recoveryCodesLeft } }`);
const REMOVE = graphql(`
  mutation RemoveTotp($password: String!, $code: String!) {
    removeTotp(input: { password: $password, code: $code }) { clientMutationId }
  }
`);

/** Whether signing in needs a code, and the way in and out. */
export function AuthenticatorCodes() {
  const texts = useWords(words);
  const connection = useConnection();
  const { date } = useFormats();
  const [opened, setOpened] = useState<"set-up" | "removal" | null>(null);
  const [{ data, error }, load] = useQuery({ query: STATE, requestPolicy: "cache-and-network" });
  const reload = () => load({ requestPolicy: "network-only" });
  if (error) return <Failed message={problemOf(error).message} />;
  const state = data?.myTotp;
  const status = state ? (
    <span className="badge accent">{texts.since(date(state.confirmedAt))}</span>
  ) : (
    <span className="badge">{texts.off}</span>
  );
  return (
    <Panel title={texts.codes} about={texts.codesAbout} action={data && status}>
      {data && (
        <div className="row">
          {state ? (
            <Button look="danger" onClick={() => setOpened("removal")}>
              {texts.remove}
            </Button>
          ) : (
            <Button icon="shield" onClick={() => setOpened("set-up")}>
              {texts.start}
            </Button>
          )}
          {state && <span className="soft">{texts.codesLeft(state.recoveryCodesLeft)}</span>}
        </div>
      )}
      {opened === "set-up" && (
        <SetUp
          onClose={() => {
            setOpened(null);
            reload();
          }}
        />
      )}
      {opened === "removal" && (
        <FormDialog
          title={texts.removeTitle}
          submitLabel={texts.remove}
          isDanger
          onClose={() => setOpened(null)}
          onSubmit={async (form) => {
            await connection.mutate(REMOVE, {
              password: String(form.get("password")),
              code: text(form, "code"),
            });
            reload();
          }}
        >
          <TextInput
            name="password"
            label={texts.oldPassword}
            type="password"
            autoComplete="current-password"
            required
          />
          <TextInput
            name="code"
            label={texts.code}
            hint={texts.removeText}
            autoComplete="one-time-code"
            required
          />
        </FormDialog>
      )}
    </Panel>
  );
}
