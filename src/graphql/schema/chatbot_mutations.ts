import { type PgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access, object, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { ParleyError } from "../../base/errors.ts";
import { parseGraph } from "../../chatbot/exchange/parse_graph.ts";
import { describeErrors, validateChatbot } from "../../services/validate_chatbot.ts";

/** A chatbot's life before it talks to anybody: drafts, their problems, versions. The graph is read here, in the program. */
export const ChatbotMutations: GraphileConfig.Plugin = extendSchema((build) => {
  const { chatbots, chatbot_versions: versions } = build.input.pgRegistry.pgResources;
  if (!chatbots || !versions) throw new Error("the schema has no table of chatbots");
  const { executor } = chatbots;
  const getChatbot = ($object: Step) =>
    chatbots.get({ id: access<string>($object, ["result", "chatbotId"]) });
  const getVersion = ($object: Step) =>
    versions.get({ id: access<string>($object, ["result", "versionId"]) });
  const getProblems = ($object: Step) => access($object, ["result", "problems"]);
  const doing =
    <T>(work: (client: PgClient, input: T) => Promise<object>) =>
    (_$root: Step, args: { getRaw(path: string | string[]): Step }) =>
      object({
        clientMutationId: args.getRaw(["input", "clientMutationId"]),
        result: sideEffectWithPgClient(executor, args.getRaw("input") as Step<T>, work),
      });

  return {
    typeDefs: gql`
      extend type Mutation {
        "Stores a draft; without an id, as a new chatbot. Its problems are told, and do not stand in the way. PYGRA: it is no graph at all. PYNFD, PYDEN: admins only. PYCON: the name is taken."
        saveChatbot(input: SaveChatbotInput!): SaveChatbotPayload

        "Says what is wrong with a draft, and with what it names in the tenant. PYNFD, PYDEN: admins only."
        validateChatbot(input: ValidateChatbotInput!): ValidateChatbotPayload

        "Freezes a draft as the next version, with the graphs it calls. PYGRA: it has errors; validateChatbot lists them. PYNFD, PYDEN: admins only."
        publishChatbot(input: PublishChatbotInput!): PublishChatbotPayload
      }

      input SaveChatbotInput {
        clientMutationId: String
        "Absent: a new chatbot."
        id: UUID
        name: String
        description: String
        "[{id, type, position, data}]"
        nodes: JSON
        "[{source, target, sourceHandle?}]"
        edges: JSON
        settings: JSON
      }
      input ValidateChatbotInput {
        clientMutationId: String
        chatbotId: UUID!
      }
      input PublishChatbotInput {
        clientMutationId: String
        chatbotId: UUID!
      }
      "Something wrong with a chatbot."
      type ChatbotProblem {
        "Stable, for programs."
        code: String!
        "Null: it is about the whole."
        nodeId: String
        message: String!
        "error: it cannot be published. warning: it says what will happen."
        severity: String!
      }
      type SaveChatbotPayload {
        clientMutationId: String
        chatbot: Chatbot
        problems: [ChatbotProblem!]!
      }
      type ValidateChatbotPayload {
        clientMutationId: String
        problems: [ChatbotProblem!]!
      }
      type PublishChatbotPayload {
        clientMutationId: String
        chatbotVersion: ChatbotVersion
        "Warnings."
        problems: [ChatbotProblem!]!
      }
    `,
    objects: {
      Mutation: {
        plans: {
          saveChatbot: doing(saveChatbot),
          validateChatbot: doing(async (client, { chatbotId }: { chatbotId: string }) => {
            const { problems } = await validateChatbot(client as never, chatbotId);
            return { problems };
          }),
          publishChatbot: doing(publishChatbot),
        },
      },
      SaveChatbotPayload: { plans: { chatbot: getChatbot, problems: getProblems } },
      ValidateChatbotPayload: { plans: { problems: getProblems } },
      PublishChatbotPayload: { plans: { chatbotVersion: getVersion, problems: getProblems } },
    },
  };
}, "ParleyChatbotMutations");

type SaveInput = {
  id?: string | null;
  name?: string | null;
  description?: string | null;
  nodes?: unknown;
  edges?: unknown;
  settings?: unknown;
};

async function saveChatbot(client: PgClient, input: SaveInput): Promise<object> {
  const isNew = !input.id;
  const draft: Record<string, unknown> = {};
  for (const key of ["name", "description", "settings"] as const)
    if (input[key] !== undefined && input[key] !== null) draft[key] = input[key];
  if (isNew || (input.nodes ?? input.edges ?? null) !== null) {
    const { graph, problems } = parseGraph(input.nodes ?? [], input.edges ?? []);
    const errors = describeErrors(problems);
    if (errors !== null) throw new ParleyError("PYGRA", errors);
    draft.nodes = graph.nodes;
    draft.edges = graph.edges;
  }
  const { rows } = await client.query<{ id: string }>({
    text: "select id from app_hidden.save_draft($1, $2)",
    values: [input.id ?? null, JSON.stringify(draft)],
  });
  const chatbotId = rows[0]!.id;
  const { problems } = await validateChatbot(client as never, chatbotId);
  return { chatbotId, problems };
}

async function publishChatbot(client: PgClient, { chatbotId }: { chatbotId: string }): Promise<object> {
  const { name, problems } = await validateChatbot(client as never, chatbotId);
  const errors = describeErrors(problems);
  if (errors !== null) throw new ParleyError("PYGRA", `"${name}" cannot be published: ${errors}`);
  const { rows } = await client.query<{ id: string }>({
    text: "select id from app_hidden.publish_draft($1)",
    values: [chatbotId],
  });
  return { versionId: rows[0]!.id, problems };
}
