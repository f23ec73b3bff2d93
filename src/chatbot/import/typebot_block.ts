import { listField, numberField, objectField, textField } from "../fields.ts";
import { isObject, type JsonObject } from "../json.ts";
import { setVariableData } from "./typebot_set_variable.ts";
import { ourText, richText, type TypebotVariables } from "./typebot_text.ts";

/** A way out of a node, before it is known where it leads. */
export type OpenExit = { from: string; handle: string };

/** What a block becomes: usually one node. */
export type MappedBlock = {
  nodes: { id: string; type: string; data: JsonObject }[];
  /** Ways between these nodes. */
  links: (OpenExit & { to: string })[];
  /** Ways out that have an edge of their own. */
  exits: (OpenExit & { edgeId: string })[];
  /** Ways out that take the block's edge, or lead to the next block. */
  onward: OpenExit[];
  /** What was lost; null when nothing was. */
  loss: string | null;
};

/** Questions by type of input block. */
const INPUTS: { [type: string]: JsonObject } = {
  "text input": { questionType: "text" },
  "number input": { questionType: "number" },
  "email input": { questionType: "email" },
  "phone number input": { questionType: "phone" },
  "date input": { questionType: "date" },
  "time input": { questionType: "time" },
  "url input": { questionType: "url" },
  "rating input": { questionType: "rating" },
  "file input": { questionType: "media" },
};

const MEDIA = ["image", "video", "audio"];

/** Maps a block. `firstBlocks`: the first block of each group, by the group's id. */
export function mapBlock(
  block: JsonObject,
  variables: TypebotVariables,
  firstBlocks: ReadonlyMap<string, string>,
): MappedBlock {
  const id = textField(block, "id");
  const type = textField(block, "type");
  const options = objectField(block, "options");
  const content = objectField(block, "content");
  const variable = variables.get(textField(options, "variableId")) ?? "";

  if (type === "text") return one(id, "message", { content: richText(content) });
  if (MEDIA.includes(type))
    return one(id, "message", { messageType: type, mediaUrl: ourText(textField(content, "url")) });
  if (Object.hasOwn(INPUTS, type)) {
    const labels = objectField(options, "labels");
    const retryText = ourText(textField(options, "retryMessageContent"));
    const length = numberField(options, "length");
    return one(id, "question", {
      ...INPUTS[type],
      content: ourText(textField(labels, "placeholder")),
      ...(variable !== "" && { variable }),
      ...(retryText !== "" && { retryText }),
      ...(type === "rating input" && length !== undefined && { ratingMax: length }),
    });
  }
  switch (type) {
    case "choice input":
    case "picture choice input":
      return choice(id, block, variable, options);
    case "Condition":
      return conditions(id, block, variables);
    case "Set variable": {
      const { data, loss } = setVariableData(options, variable);
      return { ...one(id, "set_variable", data), loss };
    }
    case "Wait":
      return one(id, "delay", {
        delay: ourText(textField(options, "secondsToWaitFor")),
        delayUnit: "seconds",
      });
    case "Jump": {
      const targetNodeId =
        textField(options, "blockId") || (firstBlocks.get(textField(options, "groupId")) ?? "");
      return { ...one(id, "jump", { targetNodeId }), onward: [] };
    }
    case "AB test": {
      const share = Math.min(Math.max(numberField(options, "aPercent") ?? 50, 0), 100);
      const variants = [
        { id: "a", weight: share },
        { id: "b", weight: 100 - share },
      ];
      return {
        ...one(id, "ab_split", { variants }),
        exits: itemsOf(block).map((item) => exit(id, textField(item, "path"), item)),
      };
    }
    case "Typebot link": {
      const chatbotId = textField(options, "typebotId");
      return {
        ...one(id, "subflow", { chatbotId }),
        loss: `it links to the Typebot "${chatbotId}", which must be imported too.`,
      };
    }
    case "Webhook":
      return httpRequest(id, options, variables);
    default:
      return { ...one(id, type, { ...block }), loss: "it has no counterpart; a run that reaches it ends." };
  }
}

function one(id: string, type: string, data: JsonObject): MappedBlock {
  return {
    nodes: [{ id, type, data }],
    links: [],
    exits: [],
    onward: [{ from: id, handle: "" }],
    loss: null,
  };
}

function choice(id: string, block: JsonObject, variable: string, options: JsonObject): MappedBlock {
  const items = itemsOf(block).map((item) => ({
    item,
    title: ourText(textField(item, "content") || textField(item, "title")),
  }));
  const isShort = items.length <= 3;
  const rows = items.map(({ item, title }) => ({ id: textField(item, "id"), title }));
  const dynamic = textField(options, "dynamicVariableId");
  const mapped = one(id, "question", {
    content: "",
    ...(isShort
      ? { questionType: "buttons", buttons: rows }
      : { questionType: "list", listSections: [{ title: "", rows }] }),
    ...(variable !== "" && { variable }),
  });
  const loss =
    options.isMultipleChoice === true
      ? "only one option can be chosen."
      : dynamic !== ""
        ? "its options from a variable are not taken over."
        : null;
  return { ...mapped, exits: items.map(({ item }) => exit(id, textField(item, "id"), item)), loss };
}

const OPERATORS: { [operator: string]: string } = {
  "Equal to": "eq",
  "Not equal": "neq",
  Contains: "contains",
  "Does not contain": "not_contains",
  "Greater than": "gt",
  "Greater or equal to": "gte",
  "Less than": "lt",
  "Less or equal to": "lte",
  "Is empty": "is_empty",
  "Is set": "is_not_empty",
};

/** One condition node for each item, tried in order. */
function conditions(id: string, block: JsonObject, variables: TypebotVariables): MappedBlock {
  const items = itemsOf(block);
  const ids = items.map((item, index) => (index === 0 ? id : textField(item, "id")));
  const lost: string[] = [];
  const nodes = items.map((item, index) => {
    const content = objectField(item, "content");
    const comparisons = listField(content, "comparisons")
      .filter(isObject)
      .map((comparison) => {
        const operator = textField(comparison, "comparisonOperator");
        if (!Object.hasOwn(OPERATORS, operator)) lost.push(operator);
        return {
          variable: variables.get(textField(comparison, "variableId")) ?? "",
          operator: OPERATORS[operator] ?? operator,
          value: ourText(textField(comparison, "value")),
        };
      });
    const logicalOperator = textField(content, "logicalOperator") || "AND";
    return {
      id: ids[index] as string,
      type: "condition",
      data: { conditionGroup: { conditions: comparisons, logicalOperator } },
    };
  });
  const last = ids.at(-1) ?? id;
  return {
    nodes: nodes.length > 0 ? nodes : one(id, "condition", {}).nodes,
    links: ids.slice(1).map((to, index) => ({ from: ids[index] as string, handle: "false", to })),
    exits: items.map((item, index) => exit(ids[index] as string, "true", item)),
    onward: [...ids.map((from) => ({ from, handle: "true" })), { from: last, handle: "false" }],
    loss: lost.length > 0 ? `the comparison "${lost.join('", "')}" is never met.` : null,
  };
}

/** The answer is stored whole; a second node takes it apart into the variables that are mapped. */
function httpRequest(id: string, options: JsonObject, variables: TypebotVariables): MappedBlock {
  const webhook = objectField(options, "webhook");
  const answer = `http_${id}`;
  const assignments = listField(options, "responseVariableMapping")
    .filter(isObject)
    .map((mapping) => {
      // A path there begins at the response, here at its body.
      const path = textField(mapping, "bodyPath").replace(/^data\.?/, "");
      const value = path === "" ? `{{${answer}}}` : `{{${answer}.${path}}}`;
      return { variable: variables.get(textField(mapping, "variableId")) ?? "", value };
    });
  const store = `${id}-store`;
  return {
    nodes: [
      {
        id,
        type: "rest_api",
        data: {
          apiUrl: ourText(textField(webhook, "url")),
          apiMethod: textField(webhook, "method") || "POST",
          apiHeaders: pairs(webhook, "headers"),
          apiQueryParams: pairs(webhook, "queryParams"),
          apiBody: ourText(textField(webhook, "body")),
          apiOutputVariable: answer,
        },
      },
      { id: store, type: "set_variable", data: { assignments } },
    ],
    links: [{ from: id, handle: "", to: store }],
    exits: [],
    onward: [{ from: store, handle: "" }],
    loss: null,
  };
}

function pairs(webhook: JsonObject, field: string): JsonObject {
  const list = listField(webhook, field).filter(isObject);
  return Object.fromEntries(list.map((pair) => [textField(pair, "key"), ourText(textField(pair, "value"))]));
}

function itemsOf(block: JsonObject): JsonObject[] {
  return listField(block, "items").filter(isObject);
}

function exit(from: string, handle: string, item: JsonObject): OpenExit & { edgeId: string } {
  return { from, handle, edgeId: textField(item, "outgoingEdgeId") };
}
