import { useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMember } from "../../session/member.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { Select, TextInput } from "../../ui/form/fields.tsx";
import { optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const ACCOUNTS = graphql(`
  query SettingsGoogleAccounts($after: Cursor) {
    googleAccounts(first: 100, after: $after) {
      nodes {
        userId email status statusReason hasRefreshToken accessTokenExpiresAt
        membership { nodeId user { id name } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const MEMBERS = graphql(`
  query CalendarMembers {
    memberships(first: 500, filter: { isActive: { equalTo: true } }) { nodes { nodeId userId user { id name } } }
  }
`);
const CONNECT = graphql(`
  mutation ConnectGoogleCalendar($userId: UUID, $email: String, $accessToken: String!, $refreshToken: String) {
    connectGoogleCalendar(input: {
      userId: $userId, email: $email, accessToken: $accessToken, refreshToken: $refreshToken
    }) { clientMutationId }
  }
`);
const DISCONNECT = graphql(`
  mutation DisconnectGoogleCalendar($userId: UUID) {
    disconnectGoogleCalendar(input: { userId: $userId }) { clientMutationId }
  }
`);

type Account = NonNullable<ResultOf<typeof ACCOUNTS>["googleAccounts"]>["nodes"][number];

export default function Calendars() {
  const texts = useWords(words);
  const connection = useConnection();
  const { dateTime } = useFormats();
  const [ended, setEnded] = useState<{ account: Account; reload: () => void } | null>(null);
  const nameOf = ({ membership }: Account) => membership.user?.name ?? texts.unknown;
  const about = ({ email, statusReason, hasRefreshToken, accessTokenExpiresAt }: Account) =>
    [
      email,
      statusReason,
      !hasRefreshToken && accessTokenExpiresAt && texts.until(dateTime(accessTokenExpiresAt)),
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <>
      <Records
        title={texts.title}
        about={texts.about}
        addLabel={texts.connect}
        document={ACCOUNTS}
        connectionOf={({ googleAccounts }) => googleAccounts}
        keyOf={({ userId }) => userId}
        empty={{ icon: "calendar", title: texts.empty }}
        view={(account) => ({
          lead: <Avatar name={nameOf(account)} />,
          title: nameOf(account),
          about: about(account),
          badges: (
            <span className={account.status === "connected" ? "badge accent" : "badge danger"}>
              {account.status === "connected" ? texts.connected : texts.revoked}
            </span>
          ),
        })}
        edit={{
          title: () => texts.connectTitle,
          mayEdit: () => false,
          fields: () => <Fields />,
          save: (form) =>
            connection.mutate(CONNECT, {
              userId: text(form, "userId"),
              email: optionalText(form, "email"),
              accessToken: text(form, "accessToken"),
              refreshToken: optionalText(form, "refreshToken"),
            }),
        }}
        actions={(account, reload) => [
          {
            label: texts.disconnect,
            icon: "close",
            isDanger: true,
            onSelect: () => setEnded({ account, reload }),
          },
        ]}
      />
      {ended && (
        <Confirm
          isDanger
          title={texts.question(nameOf(ended.account))}
          action={texts.disconnect}
          onClose={() => setEnded(null)}
          onConfirm={async () => {
            await connection.mutate(DISCONNECT, { userId: ended.account.userId });
            ended.reload();
          }}
        >
          <p>{texts.consequence}</p>
        </Confirm>
      )}
    </>
  );
}

function Fields() {
  const texts = useWords(words);
  const { user } = useMember();
  const [{ data }] = useQuery({ query: MEMBERS });
  const members = data?.memberships?.nodes ?? [];
  return (
    <>
      <p className="soft">{texts.connectText}</p>
      <Select
        key={members.length}
        name="userId"
        label={texts.member}
        value={user.id}
        options={members.map(({ userId, user }) => ({ value: userId, label: user?.name ?? texts.unknown }))}
      />
      <TextInput name="email" label={texts.email} hint={texts.emailHint} type="email" autoComplete="off" />
      <TextInput name="accessToken" label={texts.accessToken} type="password" autoComplete="off" required />
      <TextInput
        name="refreshToken"
        label={texts.refreshToken}
        hint={texts.refreshTokenHint}
        type="password"
        autoComplete="off"
      />
    </>
  );
}
