import { useMemo, useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import type { Role } from "../../session/member.ts";
import { Confirm } from "../../ui/form/confirm.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Record } from "../pattern/record.tsx";
import { words } from "./words.ts";

const INVITATIONS = graphql(`
  query SettingsInvitations {
    invitations(first: 200) { nodes { id email name role expiresAt mailedAt mailError } }
  }
`);
const REVOKE = graphql(`
  mutation RevokeInvitation($id: UUID!) { deleteInvitation(input: { id: $id }) { deletedInvitationNodeId } }
`);

type Invitation = NonNullable<ResultOf<typeof INVITATIONS>["invitations"]>["nodes"][number];

/** The invitations that have not been accepted; nothing where there is none. */
export function Invitations({ version }: { version: number }) {
  const texts = useWords(words);
  const connection = useConnection();
  const [revoked, setRevoked] = useState<Invitation | null>(null);
  const [again, setAgain] = useState(0);
  const context = useMemo(
    () => ({ requestPolicy: "cache-and-network" as const, version: version + again }),
    [version, again],
  );
  const [{ data }] = useQuery({ query: INVITATIONS, context });
  const nodes = data?.invitations?.nodes ?? [];
  if (nodes.length === 0) return null;
  return (
    <div className="settings-section after">
      <h2>{texts.invitations}</h2>
      <ul className="records">
        {nodes.map((invitation) => (
          <li key={invitation.id}>
            <Record
              title={invitation.email}
              about={<State invitation={invitation} />}
              badges={<span className="badge">{texts.roles[invitation.role as Role]}</span>}
              actions={[
                {
                  label: texts.revoke,
                  icon: "trash",
                  isDanger: true,
                  onSelect: () => setRevoked(invitation),
                },
              ]}
            />
          </li>
        ))}
      </ul>
      {revoked && (
        <Confirm
          isDanger
          title={texts.revokeQuestion(revoked.email)}
          action={texts.revoke}
          onClose={() => setRevoked(null)}
          onConfirm={async () => {
            await connection.mutate(REVOKE, { id: revoked.id });
            setAgain(again + 1);
          }}
        />
      )}
    </div>
  );
}

function State({ invitation: { expiresAt, mailedAt, mailError } }: { invitation: Invitation }) {
  const texts = useWords(words);
  const { date, ago } = useFormats();
  const mail = mailedAt ? texts.mailedAt(ago(mailedAt)) : texts.notMailed;
  return (
    <>
      {texts.until(date(expiresAt))} · {mailError ? texts.mailFailed(mailError) : mail}
    </>
  );
}
