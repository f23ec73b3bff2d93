import type { ImportedFlow } from "./flows.ts";
import type { ImportedChatbot } from "./import_result.ts";
import { type ImportedSubflow, subflowsCalledBy } from "./subflows.ts";

/** A chatbot that was given in a file of its own. `fileName` is without folder and ending. */
type GivenFile = { fileName: string; chatbot: ImportedChatbot };

/**
 * A chatbot with the graphs it calls, and those that they call, from wherever they are: embedded in its file or in one
 * of the others, or being one of the others. A node names another file by that chatbot's id, its name, or the file's.
 *
 * @returns also the files that nothing calls.
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
  // Grows while it is walked.
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
