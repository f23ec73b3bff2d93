import { GraphError } from "../graph_error.ts";
import { problemOf } from "../media_types.ts";
import { fileIn } from "../named_file.ts";
import type { Network } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import type { OutboundSend } from "../outbound/parse.ts";

/**
 * Checks the uploaded file that a message names. Throws 131009 when there is none with this id; returns what is wrong
 * with it, which Meta finds after it has accepted the message (131053).
 */
export function checkSentFile(
  network: Network,
  { phoneNumberId }: BusinessNumber,
  { type, content }: OutboundSend,
): string | undefined {
  const named = fileIn(type, content);
  if (named === undefined) return undefined;
  const { path, kind, id, isVoice } = named;
  const medium = network.media.find(id, phoneNumberId);
  if (medium === undefined) {
    throw new GraphError(131009, { details: `Param ${path}['id']: There is no media with this id` });
  }
  return problemOf(kind, medium, isVoice);
}
