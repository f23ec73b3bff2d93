import { type FormEvent, useState } from "react";
import { problemOf } from "../graphql/problem.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { accountRequest } from "./account_request.ts";
import { RequestReset } from "./request_reset.tsx";
import { type Session, setSession } from "./session.ts";
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
  const [email, setEmail] = useState("");
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
        {error && <Failed message={error} />}
        <Field label={texts.email}>
          {(given) => (
            <input
              {...given}
              className="input"
              type="email"
              name="email"
              autoComplete="username"
              required
              value={email}
              onChange={({ target }) => setEmail(target.value)}
            />
          )}
        </Field>
        <Field label={texts.password}>
          {(given) => (
            <input
              {...given}
              className="input"
              type="password"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          )}
        </Field>
        {code !== null && (
          <Field label={texts.code} hint={texts.codeHint}>
            {(given) => (
              <input
                {...given}
                className="input"
                name="code"
                autoComplete="one-time-code"
                // biome-ignore lint/a11y/noAutofocus: the field has just appeared, because it is what is missing
                autoFocus
                required
                value={code}
                onChange={({ target }) => setCode(target.value)}
              />
            )}
          </Field>
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

function Card({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <main className="sign-in">
      <div className="card">
        <div className="brand">
          <Icon name="parley" />
          Parley
        </div>
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
