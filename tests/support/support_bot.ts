import type pg from "pg";

/** Seven nodes: welcome, a menu of three buttons, an answer to each, and a goodbye. */
export const SUPPORT_BOT = {
  nodes: [
    { id: "start-1", type: "start", position: { x: 0, y: 0 }, data: { label: "Start", type: "start" } },
    message("welcome-msg", "Welcome to the support line."),
    {
      id: "main-menu",
      type: "question",
      position: { x: 0, y: 0 },
      data: {
        label: "Menu",
        type: "question",
        questionType: "buttons",
        content: "What can we do for you?",
        variable: "menu_selection",
        buttons: [
          { id: "btn_tech", title: "Technical help" },
          { id: "btn_price", title: "Prices" },
          { id: "btn_info", title: "About us" },
        ],
      },
    },
    message("tech-response", "Our technicians write back within an hour."),
    message("price-response", "Everything costs ten."),
    message("info-response", "We have been here since 1999."),
    message("goodbye-msg", "Thank you, and goodbye."),
  ],
  edges: [
    { source: "start-1", target: "welcome-msg" },
    { source: "welcome-msg", target: "main-menu" },
    { source: "main-menu", target: "tech-response", sourceHandle: "btn_tech" },
    { source: "main-menu", target: "price-response", sourceHandle: "btn_price" },
    { source: "main-menu", target: "info-response", sourceHandle: "btn_info" },
    { source: "tech-response", target: "goodbye-msg" },
    { source: "price-response", target: "goodbye-msg" },
    { source: "info-response", target: "goodbye-msg" },
  ],
};

function message(id: string, content: string) {
  return { id, type: "message", position: { x: 0, y: 0 }, data: { label: id, type: "message", content } };
}

export type Graph = { nodes: unknown[]; edges: unknown[] };

/** Stores a chatbot, publishes and activates it. */
export async function anActiveChatbot(
  db: Pick<pg.ClientBase, "query">,
  tenantId: string,
  graph: Graph = SUPPORT_BOT,
  settings: object = {},
): Promise<{ chatbotId: string; versionId: string }> {
  const { rows } = await db.query(
    `insert into app_public.chatbots (tenant_id, name, nodes, edges, settings)
     values ($1, 'Bot ' || gen_random_uuid(), $2, $3, $4) returning id`,
    [tenantId, JSON.stringify(graph.nodes), JSON.stringify(graph.edges), JSON.stringify(settings)],
  );
  const version = await db.query("select id from app_private.publish_chatbot($1)", [rows[0].id]);
  await db.query("select app_private.activate_chatbot($1)", [version.rows[0].id]);
  return { chatbotId: rows[0].id, versionId: version.rows[0].id };
}
