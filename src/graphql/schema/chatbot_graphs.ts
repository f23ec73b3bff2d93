import { loadOneWithPgClient, type PgClient } from "postgraphile/@dataplan/pg";
import { access, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";

/**
 * Graphs of chatbots and their versions: columns that only admins may read, since a graph may contain credentials. A
 * column cannot be granted by membership, so functions of the database return them.
 */
export const ChatbotGraphs: GraphileConfig.Plugin = extendSchema((build) => {
  const { chatbots } = build.input.pgRegistry.pgResources;
  if (!chatbots) throw new Error("the schema has no table of chatbots");
  const { executor } = chatbots;
  const column = (load: typeof drafts) => (name: string) => ($row: Step) =>
    access(
      loadOneWithPgClient(executor, ($row as Step & { get(name: string): Step<string> }).get("id"), load),
      [name],
    );
  const draft = column(drafts);
  const version = column(versions);

  return {
    typeDefs: gql`
      extend type Chatbot {
        "The draft's nodes: [{\\"id\\", \\"type\\", \\"position\\", \\"data\\": {…}}]. Null: admins only."
        nodes: JSON
        "The draft's edges: [{\\"source\\", \\"target\\", \\"sourceHandle\\"?}]. Null: admins only."
        edges: JSON
        "Language, time zone, keywords, guards, timeouts; see docs/chatbots.md. Null: admins only."
        settings: JSON
      }

      extend type ChatbotVersion {
        "As the chatbot's nodes. Null: admins only."
        nodes: JSON
        "As the chatbot's edges. Null: admins only."
        edges: JSON
        "As the chatbot's settings. Null: admins only."
        settings: JSON
        "The graphs that subflow nodes call, as they were when this was published: {\\"<chatbot id>\\": {\\"nodes\\", \\"edges\\"}}. Null: admins only."
        subflows: JSON
        "What was known of the forms it sends: {\\"<flow id>\\": {\\"status\\", \\"firstScreen\\"}}. Null: admins only."
        flows: JSON
      }
    `,
    objects: {
      Chatbot: {
        plans: { nodes: draft("nodes"), edges: draft("edges"), settings: draft("settings") },
      },
      ChatbotVersion: {
        plans: {
          nodes: version("nodes"),
          edges: version("edges"),
          settings: version("settings"),
          subflows: version("subflows"),
          flows: version("flows"),
        },
      },
    },
  };
}, "ParleyChatbotGraphs");

const drafts = (client: PgClient, ids: readonly string[]) =>
  load(client, "select * from app_hidden.read_chatbot_graphs($1)", ids);

const versions = (client: PgClient, ids: readonly string[]) =>
  load(client, "select * from app_hidden.read_version_graphs($1)", ids);

type Row = Record<string, unknown> & { id: string };

async function load(client: PgClient, text: string, ids: readonly string[]): Promise<(Row | null)[]> {
  const { rows } = await client.query<Row>({ text, values: [ids] as never });
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.map((id) => byId.get(id) ?? null);
}
