import { numberField, objectField, textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import { choice } from "./typebot_choice.ts";
import { conditions } from "./typebot_condition.ts";
import { isTypedInput, typedInput } from "./typebot_input.ts";
import { exit, itemsOf, type MappedBlock, one } from "./typebot_mapped.ts";
import { aiReply, httpRequest, listen } from "./typebot_request.ts";
import { setVariableData } from "./typebot_set_variable.ts";
import { richText } from "./typebot_text.ts";
import type { TypebotVariables } from "./typebot_variables.ts";

/** The context of a block in its Typebot. */
type TypebotPlace = {
  variables: TypebotVariables;
  /** The first block of each group, by the group's id. */
  firstBlocks: ReadonlyMap<string, string>;
  startId: string;
};

/** Blocks for web pages only, which are left out. */
const OF_THE_PAGE = ["Google Analytics", "Pixel", "Code"];

/** Maps a block. One without an equivalent becomes a node of the block's type, which ends a run that reaches it. */
export function mapBlock(block: JsonObject, place: TypebotPlace): MappedBlock {
  const mapped = mapKnown(block, place);
  // No kind of node has the type of a Typebot block.
  if (mapped === null)
    return one(textField(block, "id"), textField(block, "type"), { ...block }, NO_COUNTERPART);
  if (mapped.nodes.some(({ data }) => JSON.stringify(data).includes("{{=")))
    mapped.losses.push('the code between "{{=" and "=}}" is not run, but shown.');
  return mapped;
}

const NO_COUNTERPART = "it has no equivalent; a run that reaches it ends.";

function mapKnown(block: JsonObject, place: TypebotPlace): MappedBlock | null {
  const { variables, firstBlocks } = place;
  const id = textField(block, "id");
  const type = textField(block, "type");
  const options = objectField(block, "options");
  if (isTypedInput(type)) return typedInput(block, variables);
  if (OF_THE_PAGE.includes(type)) return leftOut("it is left out, because it needs a web page.");
  switch (type) {
    case "text":
      return one(id, "message", { content: richText(objectField(block, "content"), variables) });
    case "image":
    case "video":
    case "audio":
    case "embed":
    case "location":
      return bubble(id, type, objectField(block, "content"), variables);
    case "choice input":
    case "picture choice input":
      return choice(block, variables);
    case "Condition":
      return conditions(block, variables);
    case "Set variable": {
      const { data, loss } = setVariableData(options, variables);
      return one(id, "set_variable", data, loss);
    }
    case "Wait": {
      const delay = textField(options, "secondsToWaitFor");
      const isKnown = numberField(options, "secondsToWaitFor") !== undefined || delay === "";
      const loss = !isKnown && "it does not wait, because its time comes from a variable.";
      return one(id, "delay", { delay, delayUnit: "seconds" }, loss);
    }
    case "Jump": {
      const targetNodeId =
        textField(options, "blockId") || (firstBlocks.get(textField(options, "groupId")) ?? "");
      return { ...one(id, "jump", { targetNodeId }), onward: [] };
    }
    case "Return":
      return { ...one(id, "end", {}), onward: [] };
    case "AB test":
      return abTest(block);
    case "Typebot link":
      return link(id, options, place);
    case "Redirect":
      return one(id, "message", { content: variables.textOf(options, "url") }, "its URL is sent as a text.");
    case "Webhook":
    case "Zapier":
    case "Make.com":
    case "Pabbly":
      return httpRequest(block, variables);
    case "webhook":
      return listen(block, variables);
    case "Chatwoot":
      return one(id, "handoff", {}, "the conversation is not assigned to a particular user or team.");
    default:
      return AI_BLOCKS.includes(type.toLowerCase()) ? aiReply(block, variables) : null;
  }
}

function leftOut(loss: string): MappedBlock {
  return { nodes: [], links: [], exits: [], onward: [], losses: [loss] };
}

/** Maps an A/B test. Without an edge for `a` all contacts take `b`; without one for `b` the run ends. */
function abTest(block: JsonObject): MappedBlock {
  const id = textField(block, "id");
  const [a, b] = itemsOf(block).map((item, index) => exit(id, index === 0 ? "a" : "b", item));
  const aPercent = numberField(objectField(block, "options"), "aPercent") ?? 50;
  const share = a && a.edgeId !== "" ? Math.min(Math.max(aPercent, 0), 100) : 0;
  const variants = [
    { id: "a", weight: share },
    { id: "b", weight: 100 - share },
  ];
  return {
    ...one(id, "ab_split", { variants }),
    exits: [a, b].filter((way) => way !== undefined),
    onward: [],
  };
}

const AI_BLOCKS = [
  "openai",
  "anthropic",
  "mistral",
  "groq",
  "together-ai",
  "open-router",
  "deepseek",
  "perplexity",
];

function bubble(id: string, type: string, content: JsonObject, variables: TypebotVariables): MappedBlock {
  const url = variables.textOf(content, "url");
  const kind = textField(content, "type");
  if (type === "location") {
    const { latitude = "", longitude = "", name = "", address = "" } = content;
    return one(id, "message", { messageType: "location", latitude, longitude, name, address });
  }
  // The URL of a video on another site is that of a page, not of a file.
  if (type === "embed" || (type === "video" && kind !== "" && kind !== "url"))
    return one(id, "message", { content: url }, "its URL is sent as a text.");
  return one(id, "message", { messageType: type, mediaUrl: url });
}

/** Maps a link, which shares variables in both directions. A link within the Typebot is a jump. */
function link(
  id: string,
  options: JsonObject,
  { variables, firstBlocks, startId }: TypebotPlace,
): MappedBlock {
  const chatbotId = textField(options, "typebotId");
  const groupId = textField(options, "groupId");
  if (chatbotId === "current") {
    const targetNodeId = groupId === "" ? startId : (firstBlocks.get(groupId) ?? "");
    return one(id, "jump", { targetNodeId }, "it jumps to its target and does not return.");
  }
  const outputs = Object.fromEntries(variables.names.map((name) => [name, name]));
  return one(
    id,
    "subflow",
    { chatbotId, outputs },
    `it calls the Typebot "${chatbotId}": give its file as well.`,
    groupId !== "" && "it starts at the start of that Typebot, not at a group.",
  );
}
