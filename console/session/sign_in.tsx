import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { useSearchParameter } from "../routing/location.ts";
import { Button } from "../ui/button.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { accountRequest } from "./account_request.ts";
import { Card } from "./card.tsx";
import { RequestReset } from "./request_reset.tsx";
import { hasEndedByItself, type Session, setSession } from "./session.ts";
import { TextField } from "./text_field.tsx";
import { words } from "./words.ts";

const SIGN_IN = `mutation SignIn($email: String!, $password: String!, $tenant: String, $code: String) {
  signIn(input: { email: $email, password: $password, tenant: $tenant, code: $code }) {
    session { accessToken accessTokenExpiresAt refreshToken userId tenantId }
    tenants { id name slug role }
  }
}`;

type Tenant = { id: string; name: string; role: string };
type Answer = { signIn: { session: Session | null; tenants: Tenant[] } };

/** E-mail address and password, a code if the account has one, and the tenant if the user has several. */
export function SignIn() {
  const texts = useWords(words);
  // A link may name the address: that of the demo, on the start page.
  const [email, setEmail] = useState(useSearchParameter("email") ?? "");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState<string | null>(null);
  const [tenants, setTenants] = useState<readonly Tenant[]>([]);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [isForgotten, setForgotten] = useState(false);

  const signIn = async (tenant?: string) => {
    setBusy(true);
    setError(null);
    try {
      const { signIn } = await accountRequest<Answer>(SIGN_IN, {
        email,
        password,
        tenant,
        code: code || undefined,
      });
      if (signIn.session) setSession(signIn.session);
      else setTenants(signIn.tenants);
    } catch (reason) {
      const problem = problemOf(reason);
      if (problem.code === "PYCOD" && code === null) setCode("");
      else setError({ PYSGN: texts.wrong, PYCOD: texts.wrongCode }[problem.code] ?? problem.message);
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void signIn();
  };

  if (isForgotten)
    return (
      <Card title={texts.resetTitle}>
        <RequestReset email={email} onBack={() => setForgotten(false)} />
      </Card>
    );
  if (tenants.length > 0)
    return (
      <Card title={texts.chooseTenant}>
        {error && <Failed message={error} />}
        {tenants.map(({ id, name, role }) => (
          <Button key={id} className="tenant" disabled={isBusy} onClick={() => void signIn(id)}>
            {name}
            <span className="badge">{role}</span>
          </Button>
        ))}
      </Card>
    );
  return (
    <Card title={texts.title}>
      <form onSubmit={submit}>
        {error ? (
          <Failed message={error} />
        ) : (
          hasEndedByItself() && (
            <p className="notice" role="status">
              {texts.ended}
            </p>
          )
        )}
        <TextField
          label={texts.email}
          type="email"
          name="email"
          autoComplete="username"
          required
          value={email}
          onValue={setEmail}
        />
        <TextField
          label={texts.password}
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onValue={setPassword}
        />
        {code !== null && (
          <TextField
            label={texts.code}
            hint={texts.codeHint}
            name="code"
            autoComplete="one-time-code"
            autoFocus
            required
            value={code}
            onValue={setCode}
          />
        )}
        <Button look="primary" type="submit" disabled={isBusy}>
          {texts.submit}
        </Button>
        <Button look="quiet" onClick={() => setForgotten(true)}>
          {texts.forgotten}
        </Button>
      </form>
    </Card>
  );
}
