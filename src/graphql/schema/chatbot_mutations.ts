import type pg from "pg";
import { z } from "zod";
import { ParleyError } from "../../base/errors.ts";
import { parseGraph } from "../../chatbot/exchange/parse_graph.ts";
import type { Problem } from "../../chatbot/validation/problem.ts";
import { describeErrors, validateChatbot } from "../../services/validate_chatbot.ts";
import { exactInstant, json, row, type, uuid } from "./graphql_types.ts";
import { serverMutation } from "./server_mutation.ts";

const ChatbotProblem = type("ChatbotProblem", "A problem of a chatbot.", {
  code: z.string().describe("Stable, for programs."),
  graphNodeId: z
    .string()
    .nullable()
    .describe("The id of the node that it is about; null if it is about the whole chatbot."),
  path: z
    .string()
    .nullable()
    .describe("Where in the node it is, such as `data.url`; null if it concerns no single field."),
  message: z.string().describe("What is wrong, in English."),
  severity: z.string().describe("error: the chatbot cannot be published. warning: it says what will happen."),
});

const saveChatbot = serverMutation({
  name: "saveChatbot",
  requires: "manage_all",
  about:
    "Stores a draft chatbot; without an id, creates one. Its problems are returned, but do not prevent saving.",
  errors: {
    PYGRA: "nodes or edges are not a graph",
    PYNFD: "there is no such chatbot",
    PYDEN: "the caller is not an admin",
    PYCON: "the name is taken",
    PYUPD: "it has been changed since expectedUpdatedAt; `extensions.updatedAt` says when",
  },
  input: {
    id: uuid().optional().describe("Creates a chatbot when absent."),
    name: z
      .string()
      .optional()
      .describe("1 to 255 characters, unique in the tenant. Required for a new chatbot."),
    description: z.string().optional().describe("A note for the authors of the chatbot."),
    nodes: json().optional().describe("The nodes of the graph: [{id, type, position, data}]."),
    edges: json().optional().describe("The edges of the graph: [{source, target, sourceHandle?}]."),
    expectedUpdatedAt: exactInstant()
      .optional()
      .describe(
        "The updatedAt that the chatbot had when it was read. If it has been changed since, nothing is saved (PYUPD).",
      ),
    settings: json().optional().describe("Language, time zone, keywords, guards, timeouts."),
  },
  payload: { chatbot: row("chatbots"), problems: z.array(ChatbotProblem) },
  run: ({ input: { id, nodes, edges, ...draft }, asCaller }) => {
    const isGraphGiven = id === undefined || nodes !== undefined || edges !== undefined;
    const graph = isGraphGiven ? readGraph(nodes, edges) : {};
    return asCaller(async (db) => {
      const chatbot = await rowOf(
        db,
        "app_hidden.save_draft($1, $2)",
        id,
        JSON.stringify({ ...draft, ...graph }),
      );
      const { problems } = await validateChatbot(db, chatbot.id);
      return { chatbot, problems: problems.map(shown) };
    });
  },
});

const validate = serverMutation({
  name: "validateChatbot",
  requires: "manage_all",
  about: "Lists the problems of a draft, and of the objects that it refers to in the tenant.",
  errors: { PYNFD: "there is no such chatbot", PYDEN: "the caller is not an admin" },
  input: { chatbotId: uuid() },
  payload: { problems: z.array(ChatbotProblem) },
  run: ({ input, asCaller }) =>
    asCaller(async (db) => {
      const { problems } = await validateChatbot(db, input.chatbotId);
      return { problems: problems.map(shown) };
    }),
});

const publishChatbot = serverMutation({
  name: "publishChatbot",
  requires: "manage_all",
  about:
    "Publishes a draft as the next version, with the graphs it calls. A draft whose problems include an error is not " +
    "published.",
  errors: { PYNFD: "there is no such chatbot", PYDEN: "the caller is not an admin" },
  input: { chatbotId: uuid() },
  payload: {
    chatbotVersion: row("chatbot_versions").nullable().describe("Null if the draft was not published."),
    problems: z.array(ChatbotProblem).describe("The errors that prevent publishing, and warnings."),
  },
  run: ({ input: { chatbotId }, asCaller }) =>
    asCaller(async (db) => {
      const { problems } = await validateChatbot(db, chatbotId);
      const isPublished = problems.every(({ severity }) => severity !== "error");
      return {
        chatbotVersion: isPublished ? await rowOf(db, "app_hidden.publish_draft($1)", chatbotId) : null,
        problems: problems.map(shown),
      };
    }),
});

/** Drafts, their problems, versions: mutations for which the program has to read a graph. */
export const chatbotMutations = [saveChatbot, validate, publishChatbot];

/** `nodeId` is Relay's in GraphQL. */
function shown({ nodeId: graphNodeId, path, ...problem }: Problem) {
  return { graphNodeId, path: path ?? null, ...problem };
}

function readGraph(nodes: unknown = [], edges: unknown = []) {
  const { graph, problems } = parseGraph(nodes, edges);
  const errors = describeErrors(problems);
  if (errors !== null) throw new ParleyError("PYGRA", errors);
  return { nodes: graph.nodes, edges: graph.edges };
}

async function rowOf(db: pg.PoolClient, call: string, ...values: unknown[]): Promise<{ id: string }> {
  const { rows } = await db.query<{ id: string }>(`select id from ${call}`, values);
  return rows[0]!;
}
