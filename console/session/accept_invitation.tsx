import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { go } from "../routing/location.ts";
import { Button } from "../ui/button.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { tokenOfLink } from "./account_links.ts";
import { accountRequest } from "./account_request.ts";
import { Card } from "./card.tsx";
import { clearSession, type Session, setSession } from "./session.ts";
import { TextField } from "./text_field.tsx";
import { words } from "./words.ts";

const ACCEPT = `mutation AcceptInvitation($token: String!, $password: String!, $name: String, $code: String) {
  acceptInvitation(input: { token: $token, password: $password, name: $name, code: $code }) {
    session { accessToken accessTokenExpiresAt refreshToken userId tenantId }
  }
}`;

/** Makes the holder of an invitation a member, and signs them in. Nothing happens before they press the button. */
export function AcceptInvitation() {
  const texts = useWords(words);
  const [token] = useState(tokenOfLink);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(token === "" ? texts.linkIncomplete : null);
  const [isBusy, setBusy] = useState(false);
  const accept = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const { acceptInvitation } = await accountRequest<{ acceptInvitation: { session: Session } }>(ACCEPT, {
        token,
        password,
        name: name || undefined,
        code: code || undefined,
      });
      clearSession();
      setSession(acceptInvitation.session);
      go("", { isReplaced: true });
    } catch (reason) {
      const problem = problemOf(reason);
      if (problem.code === "PYCOD" && code === null) setCode("");
      else setError({ PYSGN: texts.notThePassword, PYCOD: texts.wrongCode }[problem.code] ?? problem.message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={texts.invitationTitle}>
      <form onSubmit={accept}>
        <p>{texts.invitationText}</p>
        {error && <Failed message={error} />}
        <TextField
          label={texts.password}
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onValue={setPassword}
        />
        <TextField
          label={texts.yourName}
          hint={texts.yourNameHint}
          autoComplete="name"
          maxLength={150}
          value={name}
          onValue={setName}
        />
        {code !== null && (
          <TextField
            label={texts.code}
            hint={texts.codeHint}
            autoComplete="one-time-code"
            required
            value={code}
            onValue={setCode}
          />
        )}
        <Button look="primary" type="submit" disabled={isBusy || token === ""}>
          {texts.accept}
        </Button>
      </form>
    </Card>
  );
}
