import { textField, textListField } from "../../base/json/fields.ts";
import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { IMPORT_LIMITS, readJson } from "./limits.ts";

/** A WhatsApp Flow in the file of a chatbot. It is stored as a draft if its id is not stored yet. */
export type ImportedFlow = {
  /** The provider's id, by which nodes refer to it. */
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
 * Reads the list `whatsappFlows` of an export. A Flow that cannot be read (`broken_flow`) is an error, because customers could
 * not answer it.
 */
export function readFlows(list: Json | undefined): { flows: ImportedFlow[]; problems: Problem[] } {
  if (list === undefined || list === null) return { flows: [], problems: [] };
  if (!Array.isArray(list))
    return { flows: [], problems: [problem("flows_not_a_list", null, '"whatsappFlows" must be a list.')] };
  if (list.length > IMPORT_LIMITS.flows) {
    const message = `The file must not have more than ${IMPORT_LIMITS.flows} Flows; it has ${list.length}.`;
    return { flows: [], problems: [problem("too_many_flows", null, message)] };
  }
  const problems: Problem[] = [];
  const flows = new Map<string, ImportedFlow>();
  for (const [index, item] of list.entries()) {
    const read = readFlow(item);
    if ("broken" in read) {
      problems.push(problem("broken_flow", null, `The Flow ${index + 1} of "whatsappFlows" ${read.broken}`));
    } else if (flows.has(read.whatsappFlowId)) {
      const message = `The Flow "${read.whatsappFlowId}" occurs more than once in the file; only the first is used.`;
      problems.push(warning("duplicate_flow", null, message));
    } else flows.set(read.whatsappFlowId, read);
  }
  for (const flow of flows.values()) {
    if (flow.endpointUri === null || ADDRESS.test(flow.endpointUri)) continue;
    const message = `The endpoint of the Flow "${flow.whatsappFlowId}" is not a valid URL and is left out.`;
    problems.push(warning("bad_endpoint", null, message));
    flow.endpointUri = null;
  }
  return { flows: [...flows.values()], problems };
}

function readFlow(item: Json): ImportedFlow | { broken: string } {
  if (!isObject(item)) return { broken: "must be an object." };
  const whatsappFlowId = textField(item, "whatsappFlowId");
  if (whatsappFlowId === "") return { broken: 'has no "whatsappFlowId".' };
  if (whatsappFlowId.length > LONGEST_ID)
    return { broken: `must have an id of at most ${LONGEST_ID} characters.` };
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

/** Reads Flow JSON, given as an object or, as the provider's tools export it, as a text. */
function readFlowJson(given: Json | undefined): { value: JsonObject } | { broken: string } {
  const read = typeof given === "string" ? readJson(given) : { value: given };
  if ("problem" in read) return { broken: `has a "flowJson" that cannot be read: ${read.problem.message}` };
  const value = read.value;
  if (!isObject(value)) return { broken: 'has no "flowJson" object.' };
  if (value.screens !== undefined && !Array.isArray(value.screens))
    return { broken: 'has a "flowJson" whose "screens" are not a list.' };
  return { value };
}
