import { parse } from "node:path";
import { ParleyError } from "../base/errors.ts";
import { importChatbot } from "../chatbot/exchange/import.ts";
import type { ImportedChatbot } from "../chatbot/exchange/import_result.ts";
import { IMPORT_LIMITS } from "../chatbot/exchange/limits.ts";
import { linkFiles } from "../chatbot/exchange/link_files.ts";
import { type Problem, warning } from "../chatbot/validation/problem.ts";
import { describeErrors } from "../services/validate_chatbot.ts";
import { readGivenFile } from "./read_file.ts";

/**
 * Reads a chatbot from its file, and the graphs it calls from other files. Throws PYREQ when a file cannot be read,
 * PYGRA when a file does not contain a chatbot.
 */
export async function readChatbotFiles(
  file: string,
  others: readonly string[],
): Promise<{ chatbot: ImportedChatbot; warnings: Problem[] }> {
  const main = await readChatbotFile(file);
  const read = await Promise.all(
    others.map(async (path) => ({ fileName: parse(path).name, ...(await readChatbotFile(path)) })),
  );
  const { chatbot, unused } = linkFiles(main.chatbot, read);
  return {
    chatbot,
    warnings: [
      ...main.warnings,
      ...read.flatMap(({ warnings }) => warnings),
      ...unused.map((name) => warning("unused_file", null, `No subflow calls the chatbot of "${name}".`)),
    ],
  };
}

async function readChatbotFile(file: string) {
  // A UTF-8 character has up to four bytes.
  const result = importChatbot(await readGivenFile(file, 4 * IMPORT_LIMITS.characters));
  if (result.kind === "imported") return result;
  throw new ParleyError("PYGRA", `${file}: ${describeErrors(result.problems)}`);
}
