import type { ImportedFlow } from "./flows.ts";
import type { ImportedChatbot } from "./import_result.ts";
import { type ImportedSubflow, subflowsCalledBy } from "./subflows.ts";

/** A chatbot from its own file. `fileName` is the name without folder and extension. */
type GivenFile = { fileName: string; chatbot: ImportedChatbot };

/**
 * Links a chatbot to all graphs that it calls, directly or indirectly: graphs embedded in any of the files, or chatbots of
 * other files. A node refers to a file by the chatbot's id, its name, or the name of the file.
 *
 * @returns the linked chatbot, and the files that are not called.
 */
export function linkFiles(
  chatbot: ImportedChatbot,
  others: readonly GivenFile[],
): { chatbot: ImportedChatbot; unused: string[] } {
  const all = [chatbot, ...others.map((other) => other.chatbot)];
  const embedded = new Map(
    all.flatMap(({ subflows }) => subflows).map((subflow) => [subflow.chatbotId, subflow]),
  );
  const subflows = new Map<string, ImportedSubflow>();
  const used = new Set<GivenFile>();
  const open = subflowsCalledBy(chatbot.graph);
  // The list grows during the iteration, which includes the added elements.
  for (const chatbotId of open) {
    if (subflows.has(chatbotId)) continue;
    const file = others.find((other) => isCalled(other, chatbotId));
    if (file) used.add(file);
    const found = chatbotId === chatbot.id ? chatbot : (embedded.get(chatbotId) ?? file?.chatbot);
    if (found === undefined) continue;
    const { name, description, graph, settings } = found;
    subflows.set(chatbotId, { chatbotId, name, description, graph, settings });
    open.push(...subflowsCalledBy(graph));
  }
  const flows = new Map<string, ImportedFlow>();
  for (const flow of all.flatMap((one) => one.flows))
    if (!flows.has(flow.whatsappFlowId)) flows.set(flow.whatsappFlowId, flow);
  return {
    chatbot: { ...chatbot, subflows: [...subflows.values()], flows: [...flows.values()] },
    unused: others.filter((other) => !used.has(other)).map(({ fileName }) => fileName),
  };
}

function isCalled({ fileName, chatbot }: GivenFile, chatbotId: string): boolean {
  return [chatbot.id, chatbot.name, fileName].includes(chatbotId);
}
