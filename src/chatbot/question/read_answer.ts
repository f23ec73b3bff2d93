import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { InboundMessage } from "../engine/context.ts";
import { tappedReply, typedText } from "../engine/inbound_message.ts";
import type { Turn } from "../engine/turn.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { AnswerKind } from "../text/texts.ts";
import { isSkipWord } from "../text/words.ts";
import { matchOption } from "./match_option.ts";
import { optionsOnPage, pageAskedFor } from "./menu.ts";
import type { Option } from "./option.ts";
import { parseAnswer } from "./parse_answer.ts";
import { QUESTION } from "./question_fields.ts";
import { readPhone } from "./read_phone.ts";

/** How a message is interpreted as the answer to a question. */
export type Reading =
  /** `choice` is the option that was chosen. */
  | { kind: "answer"; value: Json; choice?: Option }
  /** A text that does not refer to an option or is not a valid answer. */
  | { kind: "invalid"; typed: string }
  | { kind: "page"; page: number }
  | { kind: "skip" }
  /** A message of another type, such as a picture where a text was expected. */
  | { kind: "wrong_type" };

const MEDIA_TYPES = ["image", "video", "audio", "document"];

/** Interprets a message as the answer to a question. `options` are those of a menu, `page` is the page shown. */
export function readAnswer(
  turn: Turn,
  node: GraphNode,
  kind: AnswerKind,
  message: InboundMessage,
  options: readonly Option[],
  page: number,
): Reading {
  switch (kind) {
    case "choice":
    case "rating":
      return readChoice(turn, kind, message, options, page);
    case "location":
      return readLocation(turn, message);
    case "media":
      return readMedia(turn, node, message);
    case "phone": {
      const phone = message.type === "contacts" ? sharedPhone(message.content) : null;
      return phone === null ? readTyped(turn, node, kind, message) : { kind: "answer", value: phone };
    }
    default:
      return readTyped(turn, node, kind, message);
  }
}

function readChoice(
  turn: Turn,
  kind: "choice" | "rating",
  message: InboundMessage,
  options: readonly Option[],
  page: number,
): Reading {
  const tapped = tappedReply(message);
  const turned = tapped && pageAskedFor(tapped.id);
  if (turned != null) return { kind: "page", page: turned };

  const typed = tapped?.id ?? typedText(message);
  if (typed === null) return { kind: "wrong_type" };
  // Without options the prompt asks to type the choice, and any text is an answer.
  if (options.length === 0)
    return isSkipWord(turn.settings, typed) ? { kind: "skip" } : { kind: "answer", value: typed };
  const shown = optionsOnPage(options, page);
  // A tap on an older menu has an id that is unknown here, but its title may match an option.
  const choice = matchOption(typed, options, shown) ?? (tapped && matchOption(tapped.title, options, []));
  if (choice)
    return { kind: "answer", value: kind === "rating" ? Number(choice.answer) : choice.answer, choice };
  if (isSkipWord(turn.settings, typed)) return { kind: "skip" };
  // A tap on another menu does not count as an invalid answer.
  return tapped ? { kind: "wrong_type" } : { kind: "invalid", typed };
}

function readTyped(
  turn: Turn,
  node: GraphNode,
  kind: Parameters<typeof parseAnswer>[2],
  message: InboundMessage,
): Reading {
  const typed = typedText(message);
  if (typed === null) return { kind: "wrong_type" };
  if (isSkipWord(turn.settings, typed)) return { kind: "skip" };
  const value = parseAnswer(turn, node.data, kind, typed);
  return value === null ? { kind: "invalid", typed } : { kind: "answer", value };
}

function readLocation(turn: Turn, message: InboundMessage): Reading {
  const { content } = message;
  if (message.type === "location" && isObject(content)) {
    // Some senders write coordinates as texts.
    const [latitude, longitude] = [Number(content.latitude), Number(content.longitude)];
    if (Number.isFinite(latitude) && Number.isFinite(longitude)) {
      return { kind: "answer", value: { ...content, latitude, longitude } };
    }
  }
  return withoutAnswer(turn, message);
}

function readMedia(turn: Turn, node: GraphNode, message: InboundMessage): Reading {
  const wanted = QUESTION.mediaTypes.of(node.data);
  const isWanted = (wanted.length > 0 ? wanted : MEDIA_TYPES).includes(message.type);
  if (isWanted && isObject(message.content)) {
    return { kind: "answer", value: { type: message.type, ...message.content } satisfies JsonObject };
  }
  return withoutAnswer(turn, message);
}

function withoutAnswer(turn: Turn, message: InboundMessage): Reading {
  const typed = typedText(message);
  if (typed === null) return { kind: "wrong_type" };
  return isSkipWord(turn.settings, typed) ? { kind: "skip" } : { kind: "invalid", typed };
}

/** The phone number of a shared contact card. */
function sharedPhone(content: Json): string | null {
  const card = Array.isArray(content) ? content[0] : undefined;
  const phone = isObject(card) && Array.isArray(card.phones) ? card.phones[0] : undefined;
  if (!isObject(phone)) return null;
  if (typeof phone.wa_id === "string") return `+${phone.wa_id}`;
  return typeof phone.phone === "string" ? readPhone(phone.phone) : null;
}
