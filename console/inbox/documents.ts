import { graphql, type ResultOf } from "../graphql/graphql.ts";

/** What a row of the list shows. */
export const ROW = graphql(`
  fragment InboxRow on Conversation {
    id status unreadCount assigneeId teamId contactId channelId snoozedUntil handedOverAt chatbotPausedUntil
    windowExpiresAt lastMessageId lastMessagePreview lastActivityAt waitingSince waitingForPersonSince
    contact {
      id name profileName username phone status
      contactTags(first: 5) { nodes { nodeId tag { id name color } } }
    }
    assignee { nodeId user { id name avatarUrl } }
    team { id name }
    channel { id name status }
    lastMessage { id type direction author revokedAt messageStatus { messageId status errorCode } }
  }
`);
export type Row = ResultOf<typeof ROW>;

export const ROWS = graphql(
  `query InboxRows(
    $matching: JSON, $view: UUID, $filter: ConversationFilter, $orderBy: [ConversationOrderBy!], $first: Int!, $after: Cursor
  ) {
    conversations(
      matching: $matching, view: $view, filter: $filter, orderBy: $orderBy, first: $first, after: $after
    ) {
      nodes { ...InboxRow }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [ROW],
);

/** What lists are narrowed by, and conversations given to. */
export const LOOKUPS = graphql(`
  query InboxLookups {
    tags(first: 500) { nodes { id name color } }
    teams(first: 200) { nodes { id name } }
    channels(first: 200) { nodes { id name status } }
    memberships(first: 500, filter: { isActive: { equalTo: true } }) {
      nodes { nodeId userId role isAvailable user { id name email } }
    }
  }
`);

export const VIEWS = graphql(`
  query InboxViews {
    views(first: 200) { nodes { id name kind orderBy userId count } }
  }
`);

/** How many open conversations a view has. */
export const COUNT = graphql(`
  query InboxCount($matching: JSON) {
    conversations(matching: $matching, filter: { status: { equalTo: open } }, first: 0) { totalCount }
  }
`);

export const CREATE_VIEW = graphql(`
  mutation InboxCreateView($view: ViewInput!) {
    createView(input: { view: $view }) { view { id } }
  }
`);
export const DELETE_VIEW = graphql(`
  mutation InboxDeleteView($id: UUID!) {
    deleteView(input: { id: $id }) { deletedViewNodeId }
  }
`);

export const ASSIGN = graphql(`
  mutation InboxAssign($conversationIds: [UUID!]!, $userId: UUID, $teamId: UUID) {
    assignConversations(input: { conversationIds: $conversationIds, userId: $userId, teamId: $teamId }) {
      outcomes { id code message }
    }
  }
`);
export const CLAIM = graphql(`
  mutation InboxClaim($conversationId: UUID!) {
    claimConversation(input: { conversationId: $conversationId }) { conversation { id assigneeId } }
  }
`);
export const CLOSE = graphql(`
  mutation InboxClose($conversationIds: [UUID!]!) {
    closeConversations(input: { conversationIds: $conversationIds }) { outcomes { id code message } }
  }
`);
export const REOPEN = graphql(`
  mutation InboxReopen($conversationIds: [UUID!]!) {
    reopenConversations(input: { conversationIds: $conversationIds }) { outcomes { id code message } }
  }
`);
export const SNOOZE = graphql(`
  mutation InboxSnooze($conversationIds: [UUID!]!, $until: Datetime) {
    snoozeConversations(input: { conversationIds: $conversationIds, until: $until }) { outcomes { id code message } }
  }
`);
export const MARK_READ = graphql(`
  mutation InboxMarkRead($conversationIds: [UUID!]!) {
    markConversationsRead(input: { conversationIds: $conversationIds }) { outcomes { id code message } }
  }
`);
export const TAG = graphql(`
  mutation InboxTag($contactIds: [UUID!]!, $tagId: UUID!) {
    tagContacts(input: { contactIds: $contactIds, tagId: $tagId }) { outcomes { id code message } }
  }
`);

export const SEARCH = graphql(`
  query InboxSearch($query: String!, $after: Cursor, $isFirst: Boolean!) {
    searchContacts(query: $query, first: 5) @include(if: $isFirst) {
      nodes {
        id name profileName username phone
        conversations(first: 1, orderBy: [LAST_ACTIVITY_AT_DESC]) { nodes { id lastMessagePreview lastActivityAt } }
      }
    }
    searchMessages(query: $query, first: 20, after: $after) {
      nodes {
        id type direction currentPreview occurredAt
        conversation { id contact { id name profileName username phone } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
