import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../graphql/graphql.ts";

const NAMES = graphql(`
  query FigureNames {
    channels(first: 200) { nodes { id name } }
    teams(first: 200) { nodes { id name } }
    chatbots(first: 500) { nodes { id name } }
    memberships(first: 500) { nodes { nodeId userId user { id name email } } }
    campaigns(first: 500, orderBy: [CREATED_AT_DESC]) { nodes { id name } }
  }
`);

/** The names of what figures are about, by id; those that no longer exist have none. */
export function useNames() {
  const [{ data }] = useQuery({ query: NAMES });
  return useMemo(() => {
    const byId = (nodes: readonly { id: string; name: string }[] = []) =>
      new Map(nodes.map(({ id, name }) => [id, name]));
    return {
      channel: byId(data?.channels?.nodes),
      team: byId(data?.teams?.nodes),
      chatbot: byId(data?.chatbots?.nodes),
      campaign: byId(data?.campaigns?.nodes),
      user: new Map(
        data?.memberships?.nodes.flatMap(({ user }) =>
          user ? [[user.id, user.name ?? user.email] as const] : [],
        ),
      ),
    };
  }, [data]);
}
