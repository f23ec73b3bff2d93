import { graphql, type ResultOf, type VariablesOf } from "../graphql/graphql.ts";

/** What a bubble shows. Earlier texts and addresses of files are read when they are needed. */
export const BUBBLE = graphql(`
  fragment Bubble on Message {
    id
    conversationId
    direction
    author
    origin
    type
    content
    currentContent
    currentPreview
    metadata
    user { id name }
    campaign { id name }
    apiKeyId
    editedAt
    revokedAt
    occurredAt
    quotedMessage { id author type currentPreview user { id name } }
    reactions { id emoji author user { id name } }
    media { id state type mimeType filename size isVoice errorCode error }
    messageStatus { messageId status sentAt deliveredAt readAt playedAt failedAt errorCode error }
    idempotencyKey
  }
`);
export type Bubble = ResultOf<typeof BUBBLE>;

export const NEWEST = graphql(
  `query ThreadNewest($id: UUID!, $first: Int!) {
    conversation(id: $id) {
      id
      messages(first: $first, orderBy: [ID_DESC], filter: { type: { notIn: [reaction, edit, revoke] } }) {
        nodes { ...Bubble }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  [BUBBLE],
);

export const OLDER = graphql(
  `query ThreadOlder($id: UUID!, $first: Int!, $after: Cursor!) {
    conversation(id: $id) {
      id
      messages(first: $first, after: $after, orderBy: [ID_DESC], filter: { type: { notIn: [reaction, edit, revoke] } }) {
        nodes { ...Bubble }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  [BUBBLE],
);

export const NEWER = graphql(
  `query ThreadNewer($id: UUID!, $last: Int!, $before: Cursor!) {
    conversation(id: $id) {
      id
      messages(last: $last, before: $before, orderBy: [ID_DESC], filter: { type: { notIn: [reaction, edit, revoke] } }) {
        nodes { ...Bubble }
        pageInfo { hasPreviousPage startCursor }
      }
    }
  }`,
  [BUBBLE],
);

/** Both sides of a message, to open the thread there. */
export const AROUND = graphql(
  `query ThreadAround($id: UUID!, $messageId: UUID!) {
    conversation(id: $id) {
      id
      newer: messages(
        last: 25
        orderBy: [ID_DESC]
        filter: { id: { greaterThan: $messageId }, type: { notIn: [reaction, edit, revoke] } }
      ) {
        nodes { ...Bubble }
        pageInfo { hasPreviousPage startCursor }
      }
      older: messages(
        first: 25
        orderBy: [ID_DESC]
        filter: { id: { lessThanOrEqualTo: $messageId }, type: { notIn: [reaction, edit, revoke] } }
      ) {
        nodes { ...Bubble }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  [BUBBLE],
);

export const SELECTED = graphql(
  `query ThreadMessages($id: UUID!, $ids: [UUID!]!) {
    conversation(id: $id) {
      id
      messages(first: 100, orderBy: [ID_DESC], filter: { id: { in: $ids }, type: { notIn: [reaction, edit, revoke] } }) {
        nodes { ...Bubble }
      }
    }
  }`,
  [BUBBLE],
);

const HEAD = graphql(`
  fragment Head on Conversation {
    id
    status
    unreadCount
    isWindowOpen
    windowExpiresAt
    chatbotPausedUntil
    handedOverAt
    snoozedUntil
    waitingForPersonSince
    assigneeId
    assignee { nodeId user { id name } }
    teamId
    team { id name }
    contact { id name profileName phone username status optedOutAt }
    channel {
      id
      name
      kind
      status
      statusReason
      kindCapabilities { nodeId hasTypingIndicator textLimit messageTypes replyWindow { hours } }
      whatsapp { nodeId businessAccountId }
    }
    conversationContexts(first: 1, orderBy: [ID_DESC], filter: { status: { in: [running, waiting] } }) {
      nodes { id status waitingFor startedAt chatbot { id name } }
    }
    scheduledMessages(first: 50, orderBy: [SEND_AT_ASC], filter: { status: { equalTo: scheduled } }) {
      nodes { id sendAt type content user { id name } }
    }
  }
`);
export type Head = ResultOf<typeof HEAD>;

export const THREAD = graphql(
  `query Thread($id: UUID!) {
    conversation(id: $id) { ...Head }
    channels(first: 2) { nodes { id } }
  }`,
  [HEAD],
);

/** The newest notice that a chatbot handed the conversation over, among those since then. */
export const HANDOVER = graphql(`
  query ThreadHandover($id: UUID!, $since: UUID!) {
    conversation(id: $id) {
      id
      messages(
        first: 20
        orderBy: [ID_ASC]
        filter: { id: { greaterThanOrEqualTo: $since }, type: { equalTo: system }, direction: { equalTo: internal } }
      ) {
        nodes { id content }
      }
    }
  }
`);

export const EDITS = graphql(`
  query ThreadEdits($id: UUID!) {
    message(id: $id) { id content occurredAt edits { id content occurredAt } }
  }
`);

export const MEDIA_URLS = graphql(`
  query ThreadMediaUrls($ids: [UUID!]!) {
    messages(first: 50, orderBy: [ID_DESC], filter: { id: { in: $ids } }) {
      nodes { id media { id state url download: url(download: true) } }
    }
  }
`);

export const FETCH_MEDIA = graphql(`
  mutation ThreadFetchMedia($mediaId: UUID!) {
    fetchMedia(input: { mediaId: $mediaId }) { media { id state errorCode error } }
  }
`);

export const SEND = graphql(
  `mutation ThreadSend($input: SendMessageInput!) {
    sendMessage(input: $input) { message { ...Bubble } }
  }`,
  [BUBBLE],
);
export type SendInput = VariablesOf<typeof SEND>["input"];

export const SEND_TEMPLATE = graphql(
  `mutation ThreadSendTemplate($input: SendTemplateInput!) {
    sendTemplate(input: $input) { message { ...Bubble } }
  }`,
  [BUBBLE],
);
export type SendTemplateInput = VariablesOf<typeof SEND_TEMPLATE>["input"];

export const SEND_CANNED = graphql(
  `mutation ThreadSendCanned($input: SendCannedReplyInput!) {
    sendCannedReply(input: $input) { message { ...Bubble } }
  }`,
  [BUBBLE],
);
export type SendCannedInput = VariablesOf<typeof SEND_CANNED>["input"];

export const ADD_NOTE = graphql(
  `mutation ThreadAddNote($input: AddNoteInput!) {
    addNote(input: $input) { message { ...Bubble } }
  }`,
  [BUBBLE],
);
export type AddNoteInput = VariablesOf<typeof ADD_NOTE>["input"];

export const EDIT_NOTE = graphql(
  `mutation ThreadEditNote($input: EditNoteInput!) {
    editNote(input: $input) { message { ...Bubble } }
  }`,
  [BUBBLE],
);

export const DELETE_NOTE = graphql(
  `mutation ThreadDeleteNote($messageId: UUID!) {
    deleteNote(input: { messageId: $messageId }) { message { ...Bubble } }
  }`,
  [BUBBLE],
);

export const MARK_READ = graphql(`
  mutation ThreadMarkRead($id: UUID!) {
    markConversationRead(input: { conversationId: $id }) { conversation { id unreadCount } }
    markMentionsRead(input: { conversationId: $id }) { mentions { id readAt } }
  }
`);

export const SHOW_TYPING = graphql(`
  mutation ThreadTyping($id: UUID!) {
    showTyping(input: { conversationId: $id }) { clientMutationId }
  }
`);

export const CLOSE = graphql(`
  mutation ThreadClose($id: UUID!) {
    closeConversation(input: { conversationId: $id }) { conversation { id status } }
  }
`);

export const REOPEN = graphql(`
  mutation ThreadReopen($id: UUID!) {
    reopenConversation(input: { conversationId: $id }) { conversation { id status } }
  }
`);

export const CLAIM = graphql(`
  mutation ThreadClaim($id: UUID!) {
    claimConversation(input: { conversationId: $id }) {
      conversation { id assigneeId assignee { nodeId user { id name } } }
    }
  }
`);

export const ASSIGN = graphql(`
  mutation ThreadAssign($id: UUID!, $userId: UUID, $teamId: UUID) {
    assignConversation(input: { conversationId: $id, userId: $userId, teamId: $teamId }) {
      conversation { id assigneeId assignee { nodeId user { id name } } teamId team { id name } handedOverAt }
    }
  }
`);

export const RELEASE = graphql(`
  mutation ThreadRelease($id: UUID!) {
    assignConversation(input: { conversationId: $id }) {
      conversation { id assigneeId assignee { nodeId user { id name } } handedOverAt }
    }
  }
`);

export const RETURN_TO_CHATBOT = graphql(`
  mutation ThreadReturn($id: UUID!) {
    returnToChatbot(input: { conversationId: $id }) {
      conversation { id assigneeId assignee { nodeId user { id name } } teamId team { id name } handedOverAt chatbotPausedUntil }
    }
  }
`);

export const SNOOZE = graphql(`
  mutation ThreadSnooze($input: SnoozeConversationInput!) {
    snoozeConversation(input: $input) { conversation { id snoozedUntil } }
  }
`);

/** To whom a conversation can be given, and who can be mentioned. */
export const COLLEAGUES = graphql(`
  query ThreadColleagues {
    memberships(first: 200, filter: { isActive: { equalTo: true } }) {
      nodes { nodeId role isAvailable user { id name } }
    }
    teams(first: 100) { nodes { id name } }
  }
`);
