import type pg from "pg";
import { z } from "zod";
import { ParleyError } from "../../base/errors.ts";
import { exportChatbot as writeFile } from "../../chatbot/exchange/export.ts";
import { importParsed, importChatbot as readFile } from "../../chatbot/exchange/import.ts";
import type { Problem } from "../../chatbot/validation/problem.ts";
import { addChatbot } from "../../services/add_chatbot.ts";
import { readChatbot } from "../../services/read_chatbot.ts";
import { describeErrors, validateChatbot } from "../../services/validate_chatbot.ts";
import { exactInstant, json, row, type, uuid } from "./graphql_types.ts";
import { serverMutation } from "./server_mutation.ts";
import { readGraph, readUnsaved, unsavedDraft } from "./unsaved_draft.ts";

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
    PYNFD: "the chatbot does not exist",
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
  about:
    "Lists the problems of a draft, and of the objects that it refers to in the tenant. With nodes, edges or settings, those " +
    "of the draft as it would be with them; nothing is stored.",
  errors: {
    PYGRA: "nodes or edges are not a graph",
    PYNFD: "the chatbot does not exist",
    PYDEN: "the caller is not an admin",
  },
  input: { chatbotId: uuid(), ...unsavedDraft },
  payload: { problems: z.array(ChatbotProblem) },
  run: ({ input: { chatbotId, ...unsaved }, asCaller }) => {
    const draft = readUnsaved(unsaved);
    return asCaller(async (db) => {
      const { problems } = await validateChatbot(db, chatbotId, draft);
      return { problems: problems.map(shown) };
    });
  },
});

const publishChatbot = serverMutation({
  name: "publishChatbot",
  requires: "manage_all",
  about:
    "Publishes a draft as the next version, with the graphs it calls. A draft whose problems include an error is not " +
    "published.",
  errors: { PYNFD: "the chatbot does not exist", PYDEN: "the caller is not an admin" },
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

const importChatbot = serverMutation({
  name: "importChatbot",
  requires: "manage_all",
  about:
    "Stores a chatbot from a file as a draft: an export, or one of Typebot of version 6. If the name is taken, (Copy) is appended.",
  errors: { PYGRA: "the file cannot be read, and why", PYDEN: "the caller is not an admin" },
  input: {
    file: json().describe("The content of the file: the object, or its text."),
    name: z.string().optional().describe("Used instead of the name in the file."),
  },
  payload: {
    chatbot: row("chatbots"),
    problems: z
      .array(ChatbotProblem)
      .describe("What could not be imported, and the problems of the draft, as validateChatbot lists them."),
    subflows: z
      .array(z.string())
      .describe("The names of the chatbots that it calls and that were imported with it."),
    forms: z
      .array(z.string())
      .describe("The provider's ids of the forms that were imported with it, as drafts."),
  },
  run: ({ input: { file, name }, asCaller }) => {
    const read = typeof file === "string" ? readFile(file) : importParsed(file);
    if (read.kind === "refused") throw new ParleyError("PYGRA", describeErrors(read.problems) ?? "");
    return asCaller(async (db) => {
      const { rows } = await db.query<{ id: string }>("select app_hidden.current_tenant_id() as id");
      const added = await addChatbot(db, rows[0]!.id, { ...read.chatbot, name: name ?? read.chatbot.name });
      const { problems } = await validateChatbot(db, added.id);
      return {
        chatbot: { id: added.id },
        problems: [...read.warnings, ...problems].map(shown),
        subflows: added.subflows.map((each) => each.name),
        forms: added.forms,
      };
    });
  },
});

const exportChatbot = serverMutation({
  name: "exportChatbot",
  requires: "manage_all",
  about:
    "A draft as a file for importChatbot, with the forms and the graphs that it calls. What looks like a credential is replaced by REMOVED.",
  errors: { PYNFD: "the chatbot does not exist", PYDEN: "the caller is not an admin" },
  input: { chatbotId: uuid() },
  payload: { file: json().describe("The content of the file.") },
  run: ({ input: { chatbotId }, asCaller }) =>
    asCaller(async (db) => ({
      file: writeFile(await readChatbot(db, chatbotId), new Date().toISOString()),
    })),
});

/** Drafts, their problems, versions: mutations for which the program has to read a graph. */
export const chatbotMutations = [saveChatbot, validate, publishChatbot, importChatbot, exportChatbot];

/** `nodeId` is Relay's in GraphQL. */
function shown({ nodeId: graphNodeId, path, ...problem }: Problem) {
  return { graphNodeId, path: path ?? null, ...problem };
}

async function rowOf(db: pg.PoolClient, call: string, ...values: unknown[]): Promise<{ id: string }> {
  const { rows } = await db.query<{ id: string }>(`select id from ${call}`, values);
  return rows[0]!;
}
