import type { Graph } from "./support_bot.ts";

/** Small graphs for tests of the chatbots' shell. */

type Parts = { [id: string]: [type: string, data?: object] };
type Edges = [source: string, target: string, handle?: string][];

export function graphOf(parts: Parts, edges: Edges): Graph {
  return {
    nodes: Object.entries(parts).map(([id, [type, data = {}]]) => ({
      id,
      type,
      position: { x: 0, y: 0 },
      data: { label: id, type, ...data },
    })),
    edges: edges.map(([source, target, sourceHandle]) => ({
      id: `${source}-${target}`,
      source,
      target,
      ...(sourceHandle && { sourceHandle }),
    })),
  };
}

const question = { questionType: "text", content: "Next?", variable: "said" };

/** Asks "Next?", repeats the answer, and asks again, in an endless loop. */
export const ECHO_BOT: Graph = graphOf(
  { start: ["start"], ask: ["question", question], echo: ["message", { content: "You said {{said}}" }] },
  [
    ["start", "ask"],
    ["ask", "echo"],
    ["echo", "ask"],
  ],
);

/** Asks one question, and ends. */
export const ONE_QUESTION: Graph = graphOf(
  { start: ["start"], ask: ["question", question], bye: ["message", { content: "Goodbye" }] },
  [
    ["start", "ask"],
    ["ask", "bye"],
  ],
);

/** Says hello, then reaches a node of an unknown kind. */
export const UNKNOWN_NODE: Graph = graphOf(
  { start: ["start"], hello: ["message", { content: "Hello" }], odd: ["teleport"] },
  [
    ["start", "hello"],
    ["hello", "odd"],
  ],
);

/** Fetches from an address, and says what came of it. */
export function fetching(apiUrl: string): Graph {
  return graphOf(
    {
      start: ["start"],
      call: ["rest_api", { apiUrl, apiOutputVariable: "got", apiErrorVariable: "why", apiRetries: 0 }],
      good: ["message", { content: "It said {{got.answer}}" }],
      bad: ["message", { content: "It failed: {{why}}" }],
    },
    [
      ["start", "call"],
      ["call", "good", "success"],
      ["call", "bad", "error"],
    ],
  );
}
