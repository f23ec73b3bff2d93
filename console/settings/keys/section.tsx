import { useState } from "react";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { Check, FieldSet, TextInput } from "../../ui/form/fields.tsx";
import { chosen, optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { Copyable } from "../pattern/copyable.tsx";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const KEYS = graphql(`
  query SettingsApiKeys($after: Cursor) {
    apiKeys(first: 50, after: $after, orderBy: ID_DESC) {
      nodes { id name scopes ending lastUsedAt expiresAt revokedAt createdBy { nodeId user { id name } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateApiKey($name: String!, $scopes: [ApiKeyScope!]!, $expiresAt: Datetime) {
    createApiKey(input: { name: $name, scopes: $scopes, expiresAt: $expiresAt }) {
      createdApiKey { secret apiKey { id } }
    }
  }
`);
const REVOKE = graphql(`
  mutation RevokeApiKey($id: UUID!) { revokeApiKey(input: { id: $id }) { apiKey { id revokedAt } } }
`);

type Key = NonNullable<ResultOf<typeof KEYS>["apiKeys"]>["nodes"][number];
type Scope = Key["scopes"][number];
const SCOPES = ["read", "send", "manage_contacts", "manage_all"] as const satisfies readonly Scope[];

export default function ApiKeys() {
  const texts = useWords(words);
  const connection = useConnection();
  const { ago, list } = useFormats();
  const [secret, setSecret] = useState<string | null>(null);
  const [revoked, setRevoked] = useState<Key | null>(null);
  const create = async (form: FormData) => {
    const day = optionalText(form, "expiresAt");
    const { createApiKey } = await connection.mutate(CREATE, {
      name: text(form, "name"),
      scopes: chosen<Scope>(form, "scopes"),
      expiresAt: day && new Date(`${day}T23:59:59`).toISOString(),
    });
    setSecret(createApiKey?.createdApiKey?.secret ?? null);
  };
  const about = ({ ending, scopes, lastUsedAt, createdBy }: Key) =>
    [
      `…${ending}`,
      list(scopes.map((scope) => texts.scope[scope])),
      lastUsedAt ? texts.lastUsed(ago(lastUsedAt)) : texts.unused,
      createdBy?.user && texts.by(createdBy.user.name),
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <>
      <Records
        title={texts.title}
        about={texts.about}
        addLabel={texts.add}
        document={KEYS}
        connectionOf={({ apiKeys }) => apiKeys}
        keyOf={({ id }) => id}
        empty={{ icon: "key", title: texts.empty, text: texts.emptyText }}
        view={(key) => ({ title: key.name, about: about(key), badges: <State apiKey={key} /> })}
        edit={{
          title: () => texts.add,
          mayEdit: () => false,
          fields: () => <Fields />,
          save: create,
        }}
        actions={(key) =>
          key.revokedAt
            ? []
            : [{ label: texts.revoke, icon: "stop", isDanger: true, onSelect: () => setRevoked(key) }]
        }
      />
      {secret && (
        <Dialog title={texts.secretTitle} closesOutside={false} onClose={() => setSecret(null)}>
          <p>{texts.secretText}</p>
          <Copyable label={texts.secret} text={secret} />
          <div className="actions">
            <Button look="primary" onClick={() => setSecret(null)}>
              {texts.done}
            </Button>
          </div>
        </Dialog>
      )}
      {revoked && (
        <Confirm
          isDanger
          title={texts.question(revoked.name)}
          action={texts.revoke}
          onClose={() => setRevoked(null)}
          onConfirm={() => connection.mutate(REVOKE, { id: revoked.id })}
        >
          <p>{texts.consequence}</p>
        </Confirm>
      )}
    </>
  );
}

function Fields() {
  const texts = useWords(words);
  return (
    <>
      <TextInput name="name" label={texts.name} required maxLength={100} autoComplete="off" />
      <FieldSet legend={texts.scopes}>
        {SCOPES.map((scope) => (
          <Check
            key={scope}
            name="scopes"
            value={scope}
            label={texts.scope[scope]}
            hint={texts.scopeHint[scope]}
            isOn={scope === "read"}
          />
        ))}
      </FieldSet>
      <TextInput name="expiresAt" label={texts.expires} hint={texts.expiresHint} type="date" />
    </>
  );
}

function State({ apiKey: { revokedAt, expiresAt } }: { apiKey: Key }) {
  const texts = useWords(words);
  const { date } = useFormats();
  if (revokedAt) return <span className="badge danger">{texts.revoked}</span>;
  if (!expiresAt) return null;
  return Date.parse(expiresAt) < Date.now() ? (
    <span className="badge danger">{texts.expired}</span>
  ) : (
    <span className="badge">{texts.until(date(expiresAt))}</span>
  );
}
