import { useEffect, useState } from "react";
import { Provider, useQuery } from "urql";
import { Connection } from "../graphql/connection.ts";
import { Live } from "../graphql/live.ts";
import { problemOf } from "../graphql/problem.ts";
import { ConnectionContext, useConnection } from "../graphql/use_connection.ts";
import { MEMBER, MemberContext } from "../session/member.ts";
import { Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { Shell } from "./shell.tsx";
import { words } from "./words.ts";

/** Everything behind the sign-in: it opens the connection, and knows who is there. */
export function SignedIn() {
  const [opened, setOpened] = useState<{ connection: Connection; live: Live } | null>(null);
  useEffect(() => {
    const connection = new Connection();
    const live = new Live(connection);
    setOpened({ connection, live });
    return () => {
      live.close();
      void connection.close();
    };
  }, []);
  if (!opened) return null;
  return (
    <ConnectionContext value={opened}>
      <Provider value={opened.connection.client}>
        <WithMember />
      </Provider>
    </ConnectionContext>
  );
}

function WithMember() {
  const { loading } = useWords(words);
  const { socketState } = useConnection();
  const [{ data, error }, load] = useQuery({ query: MEMBER });
  // The server closes the socket of a user whose role has changed.
  useEffect(
    () => socketState.onConnected((isAgain) => isAgain && load({ requestPolicy: "network-only" })),
    [socketState, load],
  );
  if (error && !data) return <Failed message={problemOf(error).message} />;
  if (!data?.currentUser || !data.currentMembership) return <Loading label={loading} />;
  const { currentUser: user, currentMembership: membership, myTenants } = data;
  return (
    <MemberContext value={{ user, membership, tenants: myTenants?.nodes ?? [] }}>
      <Shell />
    </MemberContext>
  );
}
