import { graphql, type ResultOf } from "../../graphql/graphql.ts";

export const VERSIONS = graphql(`
  query ChatbotVersions($id: UUID!, $after: Cursor) {
    chatbot(id: $id) {
      id
      activeVersionId
      versions(first: 20, after: $after, orderBy: [NUMBER_DESC]) {
        nodes { id number createdAt publishedBy }
        pageInfo { hasNextPage endCursor }
      }
    }
    memberships(first: 200) { nodes { nodeId userId user { id name email } } }
  }
`);

export const VERSION_GRAPH = graphql(`
  query VersionGraph($id: UUID!, $number: Int!) {
    chatbot(id: $id) {
      id
      versions(first: 1, filter: { number: { equalTo: $number } }) { nodes { id number createdAt nodes edges settings } }
    }
  }
`);

export const ACTIVATE = graphql(`
  mutation ActivateVersion($versionId: UUID!, $runningContexts: RunningContexts!, $isExclusive: Boolean!) {
    activateVersion(
      input: { versionId: $versionId, runningContexts: $runningContexts, isExclusive: $isExclusive }
    ) {
      chatbot { id status activeVersionId activeVersion { id number } }
    }
  }
`);

export const DEACTIVATE = graphql(`
  mutation DeactivateChatbot($id: UUID!) {
    deactivateChatbot(input: { chatbotId: $id }) { chatbot { id status activeVersionId activeVersion { id number } } }
  }
`);

/** What activating changes: the runs that are in progress, and the chatbots that would stop answering. */
export const BEFORE_ACTIVATION = graphql(`
  query BeforeActivation($id: UUID!) {
    chatbot(id: $id) {
      id
      conversationContexts(first: 0, filter: { status: { in: [running, waiting] } }) { totalCount }
    }
    chatbots(filter: { status: { equalTo: active }, id: { notEqualTo: $id } }, first: 20) { nodes { id name } }
  }
`);

export type Version = NonNullable<ResultOf<typeof VERSIONS>["chatbot"]>["versions"]["nodes"][number];
