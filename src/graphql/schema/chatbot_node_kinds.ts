import { context, lambda } from "postgraphile/grafast";
import { parse } from "postgraphile/graphql";
import { extendSchema } from "postgraphile/utils";
import { ParleyError } from "../../base/errors.ts";
import { FIELD_TYPES } from "../../chatbot/fields/field.ts";
import { kindsAsData } from "../../chatbot/nodes/kinds_as_data.ts";
import { NODE_KINDS } from "../../chatbot/nodes/registry.ts";

/** The kinds of chatbot nodes, for graph editors. They are defined in the program, so the database is not read. */
export const ChatbotNodeKinds: GraphileConfig.Plugin = extendSchema(
  () => ({
    typeDefs: parse(`
      extend type Query {
        "The kinds of nodes that a chatbot's graph can have, for editors of graphs: the same for every tenant. PYDEN: the caller is not signed in."
        chatbotNodeKinds: [ChatbotNodeKind!]
      }

      "A kind of node in a chatbot's graph."
      type ChatbotNodeKind {
        "The node's type."
        kind: String!
        "What it does, in Markdown."
        about: String!
        "Whether runs start at such a node. A graph has exactly one."
        isStart: Boolean!
        "Whether a run waits at it for a person or a timer. A loop through such a node is allowed."
        waits: Boolean!
        "Whether a run may leave a loop at this node, because its exit may differ each time."
        decides: Boolean!
        "The fields of its data."
        fields: [ChatbotNodeField!]!
        "The exits that every such node has, besides the default edge."
        exits: [ChatbotNodeExit!]!
        "What further exits of a node are, which its fields name; null: it has none."
        ownExits: String
        "The variables in which the first such node of a graph stores its results; those of the second node have a 2."
        results: [ChatbotNodeResult!]!
      }

      "A field of a node's data."
      type ChatbotNodeField {
        "The key in the node's data."
        name: String!
        type: ChatbotFieldType!
        "Its purpose, in Markdown."
        about: String!
        "Whether every node needs it. Other fields may be needed in some nodes; validateChatbot reports it."
        isRequired: Boolean!
        "Its value when it is absent; null: none, or one that depends on something else."
        default: JSON
        "The allowed values of a choice, the default first."
        options: [String!]
        "The smallest number."
        minimum: Float
        "The largest number."
        maximum: Float
        "The most characters that a phone shows."
        limit: Int
        "The type of the referenced object: flow, data_source, connection, chatbot, template, calendar, member, group or tag."
        refersTo: String
        "The fields of a list's objects; empty for a list of something else."
        items: [ChatbotNodeField!]!
      }

      "An exit of a node."
      type ChatbotNodeExit {
        "The sourceHandle of its edges."
        handle: String!
        "When a run uses the exit."
        label: String!
      }

      "A variable in which a node stores its result."
      type ChatbotNodeResult {
        "The name of the variable."
        name: String!
        "What it contains, in Markdown."
        about: String!
      }

      "The type of a field's value."
      enum ChatbotFieldType {
        ${Object.entries(FIELD_TYPES)
          .map(([type, about]) => `${JSON.stringify(about)} ${type}`)
          .join("\n")}
      }
    `),
    objects: {
      Query: { plans: { chatbotNodeKinds: () => lambda(context().get("visitor"), kindsFor, true) } },
    },
  }),
  "ParleyChatbotNodeKinds",
);

const KINDS = kindsAsData(NODE_KINDS);

function kindsFor(visitor: unknown): typeof KINDS {
  if (visitor === null || visitor === undefined) throw new ParleyError("PYDEN", "You must be signed in");
  return KINDS;
}
