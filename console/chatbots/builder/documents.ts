import { graphql, type ResultOf } from "../../graphql/graphql.ts";

export const CHATBOT = graphql(`
  query BuilderChatbot($id: UUID!) {
    chatbot(id: $id) {
      id name description status updatedAt nodes edges settings
      activeVersion { id number }
    }
  }
`);

export const NODE_KINDS = graphql(`
  query BuilderNodeKinds {
    chatbotNodeKinds {
      kind about isStart waits ownExits
      exits { handle label }
      results { name about }
      fields {
        name type about isRequired default options minimum maximum limit refersTo
        items {
          name type about isRequired default options minimum maximum limit refersTo
          items { name type about isRequired default options minimum maximum limit refersTo }
        }
      }
    }
  }
`);

export const SAVE = graphql(`
  mutation SaveDraft($input: SaveChatbotInput!) {
    saveChatbot(input: $input) {
      chatbot { id name description updatedAt nodes edges settings }
      problems { code graphNodeId path message severity }
    }
  }
`);

export const VALIDATE = graphql(`
  mutation ValidateDraft($input: ValidateChatbotInput!) {
    validateChatbot(input: $input) { problems { code graphNodeId path message severity } }
  }
`);

export const PUBLISH = graphql(`
  mutation PublishDraft($id: UUID!) {
    publishChatbot(input: { chatbotId: $id }) {
      chatbotVersion { id number createdAt chatbotId }
      problems { code graphNodeId path message severity }
    }
  }
`);

export const NODE_FIGURES = graphql(`
  query NodeFigures($versionId: UUID!) {
    chatbotNodeStats(versionId: $versionId, first: 1000) {
      nodes { graphNodeId entered dropped medianSeconds leftBy }
    }
  }
`);

export type StoredChatbot = NonNullable<ResultOf<typeof CHATBOT>["chatbot"]>;
export type Problem = NonNullable<ResultOf<typeof VALIDATE>["validateChatbot"]>["problems"][number];
