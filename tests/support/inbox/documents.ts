import { gql } from "@urql/core";

const CUSTOMER = gql`
  fragment Customer on Contact {
    id
    name
    profileName
    phone
    contactTags(first: 5) { nodes { nodeId tag { id name } } }
  }
`;

/** What a row of the inbox shows. */
const ROW = gql`
  fragment Row on Conversation {
    id
    status
    unreadCount
    lastMessagePreview
    lastActivityAt
    assigneeId
    assignee { nodeId user { id name } }
    contact { ...Customer }
  }
  ${CUSTOMER}
`;

/** What a bubble of a thread shows. */
const BUBBLE = gql`
  fragment Bubble on Message {
    id
    conversationId
    author
    user { id name }
    type
    currentPreview
    editedAt
    revokedAt
    quotedMessage { id currentPreview }
    reactions { id emoji author user { id name } }
    messageStatus { messageId status }
    media { id state type mimeType filename isVoice }
    idempotencyKey
  }
`;

export const INBOX = gql`
  query Inbox {
    conversations(first: 30, orderBy: LAST_ACTIVITY_AT_DESC) { nodes { ...Row } pageInfo { hasNextPage endCursor } }
  }
  ${ROW}
`;

export const THREAD = gql`
  query Thread($id: UUID!) {
    conversation(id: $id) {
      id
      messages(first: 50, orderBy: ID_DESC, filter: { type: { notIn: [reaction, edit, revoke] } }) { nodes { ...Bubble } pageInfo { hasNextPage endCursor } }
    }
  }
  ${BUBBLE}
`;

export const SEND = gql`
  mutation Send($input: SendMessageInput!) {
    sendMessage(input: $input) { message { ...Bubble } }
  }
  ${BUBBLE}
`;

export const ASSIGN = gql`
  mutation Assign($conversationId: UUID!, $userId: UUID) {
    assignConversation(input: { conversationId: $conversationId, userId: $userId }) { conversation { ...Row } }
  }
  ${ROW}
`;

export const CLOSE = gql`
  mutation Close($conversationId: UUID!) {
    closeConversation(input: { conversationId: $conversationId }) { conversation { ...Row } }
  }
  ${ROW}
`;

export const MARK_READ = gql`
  mutation MarkRead($conversationId: UUID!) {
    markConversationRead(input: { conversationId: $conversationId }) { conversation { ...Row } }
  }
  ${ROW}
`;

/** The address of a file is good for minutes, so it is read when it is needed. */
export const FILE = gql`
  query File($id: UUID!) {
    media(id: $id) { id url }
  }
`;

export const NEW_TAG = gql`
  mutation NewTag($name: String!) {
    createTag(input: { tag: { name: $name } }) { tag { id name } }
  }
`;

export const TAG = gql`
  mutation Tag($contactId: UUID!, $tagId: UUID!) {
    createContactTag(input: { contactTag: { contactId: $contactId, tagId: $tagId } }) {
      contactTag { nodeId contact { ...Customer } }
    }
  }
  ${CUSTOMER}
`;

export const MESSAGE_ADDED = gql`
  subscription MessageAdded { messageAdded { ...Bubble } }
  ${BUBBLE}
`;

export const MESSAGE_CHANGED = gql`
  subscription MessageChanged { messageChanged { ...Bubble } }
  ${BUBBLE}
`;

export const STATUS_CHANGED = gql`
  subscription StatusChanged { messageStatusChanged { messageId status } }
`;

export const FIRST_CURSOR = gql`
  query FirstCursor { changeCursor }
`;

export const CATCH_UP = gql`
  query CatchUp($cursor: String!) {
    changesSince(cursor: $cursor) {
      deleted { typeName id }
      contacts { ...Customer }
      conversations { ...Row }
      messages { ...Bubble }
      cursor
      hasMore
    }
  }
  ${ROW}
  ${BUBBLE}
`;

export const CONTACT_CHANGED = gql`
  subscription ContactChanged { contactChanged { ...Customer } }
  ${CUSTOMER}
`;

export const OBJECT_DELETED = gql`
  subscription ObjectDeleted { objectDeleted { typeName id } }
`;

const COLLEAGUE = gql`
  fragment Colleague on Presence { nodeId state membership { nodeId user { id name } } }
`;

export const PRESENCES = gql`
  query Presences($conversationId: UUID!) {
    conversation(id: $conversationId) { id presences(first: 10) { nodes { ...Colleague } } }
  }
  ${COLLEAGUE}
`;

export const PRESENCE_CHANGED = gql`
  subscription PresenceChanged($conversationId: UUID!) {
    presenceChanged(conversationId: $conversationId) { ...Colleague }
  }
  ${COLLEAGUE}
`;

export const SHOW_PRESENCE = gql`
  mutation ShowPresence($conversationId: UUID!, $state: PresenceState!) {
    showPresence(input: { conversationId: $conversationId, state: $state }) { presence { nodeId state } }
  }
`;

export const CONVERSATION_CHANGED = gql`
  subscription ConversationChanged { conversationChanged { ...Row } }
  ${ROW}
`;
