import { graphql, type ResultOf } from "../graphql/graphql.ts";

/** What is known of a contact, apart from its messages. */
export const CONTACT = graphql(`
  fragment ContactDetails on Contact {
    id name profileName username phone email externalRef language timeZone notes status optedOutAt marketingOptedOutAt
    metadata createdAt deletedAt
    identities(first: 20) { nodes { nodeId kind value createdAt lastHeardAt retiredAt } }
    contactTags(first: 100) { nodes { nodeId tag { id name color } } }
    groupContacts(first: 100) { nodes { nodeId group { id name } } }
    consents(first: 10, orderBy: [GIVEN_AT_DESC]) {
      nodes { id category isOptIn method evidence givenAt user { id name } }
    }
    conversations(first: 20, orderBy: [LAST_ACTIVITY_AT_DESC]) {
      nodes { id status lastActivityAt lastMessagePreview channel { id name } }
    }
    contactBlocks(first: 5) { nodes { nodeId state isBlocked errorCode error channel { id name } } }
    contactAttribution { nodeId headline sourceType sourceUrl occurredAt }
    messageFigures { inbound outbound }
  }
`);
export type Contact = ResultOf<typeof CONTACT>;

const RUN = graphql(`
  fragment ContactRun on ConversationContext {
    id status isActive waitingFor currentNodeId variables nodeHistory startedAt completedAt completionReason outcome
    chatbot { id name }
    version { id number }
  }
`);
export type Run = ResultOf<typeof RUN>;

export const CONTACT_OF_CONVERSATION = graphql(
  `query ContactOfConversation($id: UUID!) {
    conversation(id: $id) {
      id
      contact { ...ContactDetails }
      conversationContexts(first: 1, orderBy: [ID_DESC]) { nodes { ...ContactRun } }
    }
  }`,
  [CONTACT, RUN],
);

export const CONTACT_BY_ID = graphql(
  `query ContactById($id: UUID!) { contact(id: $id) { ...ContactDetails } }`,
  [CONTACT],
);

export const FIELDS = graphql(`
  query ContactFields {
    contactFields(first: 200) { nodes { id key label description type choices isSensitive } }
  }
`);
export type CustomField = NonNullable<ResultOf<typeof FIELDS>["contactFields"]>["nodes"][number];

export const TAGS_AND_GROUPS = graphql(`
  query ContactTagsAndGroups {
    tags(first: 500) { nodes { id name color } }
    groups(first: 500) { nodes { id name } }
  }
`);

export const UPDATE_CONTACT = graphql(
  `mutation UpdateContact($id: UUID!, $patch: ContactPatch!) {
    updateContact(input: { id: $id, patch: $patch }) { contact { ...ContactDetails } }
  }`,
  [CONTACT],
);
export const CREATE_CONTACT = graphql(`
  mutation CreateContact($contact: ContactInput!) {
    createContact(input: { contact: $contact }) { contact { id } }
  }
`);
export const SET_FIELDS = graphql(`
  mutation SetContactFields($contactId: UUID!, $fields: JSON!) {
    setContactFields(input: { contactId: $contactId, fields: $fields }) { contact { id metadata } }
  }
`);

export const ADD_TAG = graphql(`
  mutation AddTag($contactId: UUID!, $tagId: UUID!) {
    createContactTag(input: { contactTag: { contactId: $contactId, tagId: $tagId } }) { contactTag { nodeId } }
  }
`);
export const REMOVE_TAG = graphql(`
  mutation RemoveTag($nodeId: ID!) {
    deleteContactTag(input: { nodeId: $nodeId }) { deletedContactTagNodeId }
  }
`);
export const CREATE_TAG = graphql(`
  mutation CreateTag($tag: TagInput!) { createTag(input: { tag: $tag }) { tag { id } } }
`);
export const ADD_TO_GROUP = graphql(`
  mutation AddToGroup($contactId: UUID!, $groupId: UUID!) {
    createGroupContact(input: { groupContact: { contactId: $contactId, groupId: $groupId } }) { groupContact { nodeId } }
  }
`);
export const REMOVE_FROM_GROUP = graphql(`
  mutation RemoveFromGroup($nodeId: ID!) {
    deleteGroupContact(input: { nodeId: $nodeId }) { deletedGroupContactNodeId }
  }
`);
export const ADD_CONSENT = graphql(`
  mutation AddConsent($consent: ConsentInput!) { createConsent(input: { consent: $consent }) { consent { id } } }
`);

export const START_CHATBOT = graphql(`
  mutation StartChatbot($conversationId: UUID!, $chatbotId: UUID!) {
    startChatbot(input: { conversationId: $conversationId, chatbotId: $chatbotId }) { conversation { id } }
  }
`);
export const STOP_RUN = graphql(`
  mutation StopRun($conversationId: UUID!) {
    stopChatbotRun(input: { conversationId: $conversationId }) { conversation { id } }
  }
`);
export const SKIP_NODE = graphql(`
  mutation SkipNode($conversationId: UUID!) {
    skipChatbotNode(input: { conversationId: $conversationId }) { conversation { id } }
  }
`);
export const CHATBOTS = graphql(`
  query StartableChatbots {
    chatbots(first: 100, orderBy: [NAME_ASC], filter: { status: { notEqualTo: archived } }) {
      nodes { id name status activeVersionId }
    }
  }
`);
export const VERSION_NODES = graphql(
  `query VersionNodes($id: UUID!) { chatbotVersion(id: $id) { id nodes } }`,
);

export const BLOCK = graphql(`
  mutation BlockContact($contactId: UUID!, $atProvider: Boolean!) {
    blockContact(input: { contactId: $contactId, atProvider: $atProvider }) { contact { id status } }
  }
`);
export const UNBLOCK = graphql(`
  mutation UnblockContact($contactId: UUID!) {
    unblockContact(input: { contactId: $contactId }) { contact { id status } }
  }
`);
export const FIND_CONTACTS = graphql(`
  query FindContacts($query: String!) {
    searchContacts(query: $query, first: 8) { nodes { id name profileName username phone email } }
  }
`);
export const PREVIEW_MERGE = graphql(`
  mutation PreviewMerge($keptId: UUID!, $mergedId: UUID!) {
    previewContactMerge(input: { keptId: $keptId, mergedId: $mergedId }) {
      contactMerge { contact { id } discarded movedConversations joinedConversations }
    }
  }
`);
export const MERGE = graphql(`
  mutation MergeContacts($keptId: UUID!, $mergedId: UUID!) {
    mergeContacts(input: { keptId: $keptId, mergedId: $mergedId }) { contactMerge { contact { id } } }
  }
`);
export const ERASE = graphql(`
  mutation EraseContact($contactId: UUID!) {
    eraseContact(input: { contactId: $contactId }) { erasure { id messageCount fileCount } }
  }
`);

export const FILES = graphql(`
  query ContactFiles($conversationId: UUID!, $after: Cursor) {
    conversation(id: $conversationId) {
      id
      messages(
        first: 24, after: $after, orderBy: [ID_DESC], filter: { type: { in: [image, video, document, sticker, audio] } }
      ) {
        nodes { id type occurredAt media { id state type mimeType filename size url } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
`);

export const OPEN_CONVERSATION = graphql(`
  mutation OpenConversation($contactId: UUID!) {
    createConversation(input: { conversation: { contactId: $contactId } }) { conversation { id } }
  }
`);
