import { graphql, type ResultOf } from "../../graphql/graphql.ts";

export const START = graphql(`
  mutation StartTrial($input: StartSimulationInput!) {
    startSimulation(input: $input) { state path variables outcome reason trace }
  }
`);

export const CONTINUE = graphql(`
  mutation ContinueTrial($input: ContinueSimulationInput!) {
    continueSimulation(input: $input) { state path variables outcome reason trace }
  }
`);

/** Conversations that have had runs of the chatbot, the latest first. */
export const CONVERSATIONS = graphql(`
  query ReplayableConversations($id: UUID!) {
    chatbot(id: $id) {
      id
      conversationContexts(first: 30, orderBy: [CREATED_AT_DESC]) {
        nodes {
          id startedAt status outcome conversationId
          conversation { id contact { id name profileName phone } }
        }
      }
    }
  }
`);

export const REPLAY = graphql(`
  mutation ReplayAgainstDraft($input: ReplayConversationInput!) {
    replayConversation(input: $input) {
      differentTurns isCut
      turns { at isDifferent heard { type preview } said { type preview } wouldSay { type preview } }
      runs { path outcome reason }
    }
  }
`);

export type Step = NonNullable<ResultOf<typeof START>["startSimulation"]>;
export type Replayed = NonNullable<ResultOf<typeof REPLAY>["replayConversation"]>;
