import { useQuery } from "urql";
import { graphql } from "../graphql/graphql.ts";

const CONVERSATIONS = graphql(`
  query Inbox {
    conversations(first: 30, orderBy: [LAST_ACTIVITY_AT_DESC]) {
      nodes { id status unreadCount lastMessagePreview lastActivityAt contact { id name profileName phone } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export default function InboxPage({ path }: { path: string }) {
  const [{ data }] = useQuery({ query: CONVERSATIONS });
  return (
    <ul>
      {data?.conversations?.nodes.map(({ id, contact, lastMessagePreview }) => (
        <li key={id}>
          {contact.name ?? contact.profileName ?? contact.phone} {lastMessagePreview} {path}
        </li>
      ))}
    </ul>
  );
}
