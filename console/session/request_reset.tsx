import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { Button } from "../ui/button.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { accountRequest } from "./account_request.ts";
import { TextField } from "./text_field.tsx";
import { words } from "./words.ts";

const REQUEST_RESET = `mutation RequestPasswordReset($email: String!) {
  requestPasswordReset(input: { email: $email }) { clientMutationId }
}`;

/** Requests a link by e-mail. Whether the address has an account is not revealed. */
export function RequestReset({ email: initial, onBack }: { email: string; onBack: () => void }) {
  const texts = useWords(words);
  const [email, setEmail] = useState(initial);
  const [isSent, setSent] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    await accountRequest(REQUEST_RESET, { email }).then(
      () => setSent(true),
      (reason) => setError(problemOf(reason).message),
    );
  };
  return (
    <form onSubmit={submit}>
      {error && <Failed message={error} />}
      {isSent ? (
        <p role="status">{texts.resetSent}</p>
      ) : (
        <>
          <TextField
            label={texts.email}
            hint={texts.resetHint}
            type="email"
            autoComplete="username"
            required
            value={email}
            onValue={setEmail}
          />
          <Button look="primary" type="submit">
            {texts.resetSubmit}
          </Button>
        </>
      )}
      <Button look="quiet" onClick={onBack}>
        {texts.back}
      </Button>
    </form>
  );
}
