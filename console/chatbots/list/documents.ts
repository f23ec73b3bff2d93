import { graphql, type ResultOf } from "../../graphql/graphql.ts";

export const CHATBOTS = graphql(`
  query Chatbots($after: Cursor) {
    chatbots(first: 50, after: $after, orderBy: [NAME_ASC]) {
      nodes {
        id name description status updatedAt activeVersionId
        activeVersion { id number }
        versions(first: 1, orderBy: [NUMBER_DESC]) { nodes { id number } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

/** Of the last 30 days, by chatbot. */
export const FIGURES = graphql(`
  query ChatbotListFigures {
    currentMembership {
      nodeId
      tenant { id chatbotFigures(by: [chatbot], first: 1000) { nodes { chatbotId runs containment } } }
    }
  }
`);

export const CREATE = graphql(`
  mutation CreateChatbot($input: SaveChatbotInput!) {
    saveChatbot(input: $input) { chatbot { id name } }
  }
`);

export const IMPORT = graphql(`
  mutation ImportChatbot($file: JSON!) {
    importChatbot(input: { file: $file }) {
      chatbot { id name }
      problems { code message severity }
      subflows
      forms
    }
  }
`);

export const EXPORT = graphql(`
  mutation ExportChatbot($id: UUID!) { exportChatbot(input: { chatbotId: $id }) { file } }
`);

export const DELETE = graphql(`
  mutation DeleteChatbot($id: UUID!) { deleteChatbot(input: { id: $id }) { chatbot { id } } }
`);

export type ListedChatbot = NonNullable<ResultOf<typeof CHATBOTS>["chatbots"]>["nodes"][number];
export type ImportOutcome = NonNullable<ResultOf<typeof IMPORT>["importChatbot"]>;
