import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { go } from "../routing/location.ts";
import { Button } from "../ui/button.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { tokenOfLink } from "./account_links.ts";
import { accountRequest } from "./account_request.ts";
import { Card } from "./card.tsx";
import { clearSession } from "./session.ts";
import { TextField } from "./text_field.tsx";
import { words } from "./words.ts";

const RESET = `mutation ResetPassword($token: String!, $newPassword: String!) {
  resetPassword(input: { token: $token, newPassword: $newPassword }) { endedSessions }
}`;

/** Sets a new password with the token of a link. It ends all sessions, also the one of this browser. */
export function ResetPassword() {
  const texts = useWords(words);
  const [token] = useState(tokenOfLink);
  const [newPassword, setNewPassword] = useState("");
  const [isDone, setDone] = useState(false);
  const [error, setError] = useState<string | null>(token === "" ? texts.linkIncomplete : null);
  const reset = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try {
      await accountRequest(RESET, { token, newPassword });
      clearSession();
      setDone(true);
    } catch (reason) {
      setError(problemOf(reason).message);
    }
  };
  if (isDone)
    return (
      <Card title={texts.passwordChanged}>
        <p role="status">{texts.passwordChangedText}</p>
        <Button look="primary" onClick={() => go("", { isReplaced: true })}>
          {texts.title}
        </Button>
      </Card>
    );
  return (
    <Card title={texts.newPasswordTitle}>
      <form onSubmit={reset}>
        {error && <Failed message={error} />}
        <TextField
          label={texts.newPassword}
          hint={texts.newPasswordHint}
          type="password"
          autoComplete="new-password"
          minLength={8}
          required
          value={newPassword}
          onValue={setNewPassword}
        />
        <Button look="primary" type="submit" disabled={token === ""}>
          {texts.newPasswordSubmit}
        </Button>
      </form>
    </Card>
  );
}
