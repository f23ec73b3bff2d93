import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { NODE_KINDS } from "../../src/chatbot/nodes/registry.ts";
import { document, ROOT } from "./document.ts";
import { withGeneratedParts } from "./node_sections.ts";

/** `npm run docs`: writes into docs/chatbots.md what the kinds of nodes say of themselves. */
const { path, text } = document("docs/chatbots.md");
writeFileSync(join(ROOT, path), withGeneratedParts(text, NODE_KINDS));
