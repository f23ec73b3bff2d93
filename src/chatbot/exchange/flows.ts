import { textField, textListField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { IMPORT_LIMITS, readJson } from "./limits.ts";

/** A WhatsApp Flow that came along with a chatbot: to be stored as a draft, if its id is not known yet. */
export type ImportedFlow = {
  /** The provider's id, as the graph's nodes name it. */
  whatsappFlowId: string;
  name: string;
  description: string | null;
  categories: string[];
  flowJson: JsonObject;
  endpointUri: string | null;
};

const LONGEST_ID = 255;
const ADDRESS = /^https?:\/\/\S{1,1990}$/;

/**
 * Reads the list `whatsappFlows` of an export. A Flow that cannot be read (`broken_flow`) is an error: a chatbot that sends it
 * would ask for something that cannot be answered.
 */
export function readFlows(list: Json | undefined): { flows: ImportedFlow[]; problems: Problem[] } {
  if (list === undefined || list === null) return { flows: [], problems: [] };
  if (!Array.isArray(list))
    return { flows: [], problems: [problem("flows_not_a_list", null, '"whatsappFlows" is not a list.')] };
  if (list.length > IMPORT_LIMITS.flows) {
    const message = `There are ${list.length} Flows; ${IMPORT_LIMITS.flows} are allowed.`;
    return { flows: [], problems: [problem("too_many_flows", null, message)] };
  }
  const problems: Problem[] = [];
  const flows = new Map<string, ImportedFlow>();
  for (const [index, item] of list.entries()) {
    const read = readFlow(item);
    if ("broken" in read) {
      problems.push(problem("broken_flow", null, `The Flow ${index + 1} of "whatsappFlows" ${read.broken}`));
    } else if (flows.has(read.whatsappFlowId)) {
      const message = `The Flow "${read.whatsappFlowId}" is in the file twice; the first one counts.`;
      problems.push(warning("duplicate_flow", null, message));
    } else flows.set(read.whatsappFlowId, read);
  }
  for (const flow of flows.values()) {
    if (flow.endpointUri === null || ADDRESS.test(flow.endpointUri)) continue;
    const message = `The endpoint of the Flow "${flow.whatsappFlowId}" is not a web address and is left out.`;
    problems.push(warning("bad_endpoint", null, message));
    flow.endpointUri = null;
  }
  return { flows: [...flows.values()], problems };
}

function readFlow(item: Json): ImportedFlow | { broken: string } {
  if (!isObject(item)) return { broken: "is not an object." };
  const whatsappFlowId = textField(item, "whatsappFlowId");
  if (whatsappFlowId === "") return { broken: 'has no "whatsappFlowId".' };
  if (whatsappFlowId.length > LONGEST_ID)
    return { broken: `has an id of more than ${LONGEST_ID} characters.` };
  const flowJson = readFlowJson(item.flowJson);
  if ("broken" in flowJson) return flowJson;
  return {
    whatsappFlowId,
    name: textField(item, "name").trim() || whatsappFlowId,
    description: textField(item, "description") || null,
    categories: textListField(item, "categories"),
    flowJson: flowJson.value,
    endpointUri: textField(item, "endpointUri") || null,
  };
}

/** Flow JSON, as an object or as the text that the provider's own tools give out. */
function readFlowJson(given: Json | undefined): { value: JsonObject } | { broken: string } {
  const read = typeof given === "string" ? readJson(given) : { value: given };
  if ("problem" in read) return { broken: `has a "flowJson" that cannot be read: ${read.problem.message}` };
  const value = read.value;
  if (!isObject(value)) return { broken: 'has no "flowJson" object.' };
  if (value.screens !== undefined && !Array.isArray(value.screens))
    return { broken: 'has a "flowJson" whose "screens" are not a list.' };
  return { value };
}
