import type { IncomingMessage } from "node:http";
import { GraphError, unknownObject } from "../graph_error.ts";
import type { Medium } from "../media_store.ts";
import type { Network } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import type { Template } from "../templates.ts";

/** The bearer token, if some number has it. Otherwise 190, HTTP 401; subcode 463 when there was a token. */
function tokenOf(network: Network, request: IncomingMessage): string {
  const token = /^(?:Bearer|OAuth) (\S+)$/.exec(request.headers.authorization ?? "")?.[1];
  if (token === undefined) {
    throw new GraphError(190, {
      message: "An access token is required to request this resource.",
      subcode: 0,
    });
  }
  if (!network.numbers.knowsToken(token)) {
    throw new GraphError(190, { message: "Error validating access token: Session has expired." });
  }
  return token;
}

/** The number of this id, if the token is its own. */
export function numberOf(network: Network, request: IncomingMessage, phoneNumberId: string): BusinessNumber {
  const token = tokenOf(network, request);
  const number = network.numbers.get(phoneNumberId);
  if (number?.accessToken !== token) throw unknownObject(phoneNumberId);
  return number;
}

/** The numbers of this account the token is good for; at least one. */
export function numbersOfAccount(
  network: Network,
  request: IncomingMessage,
  accountId: string,
): BusinessNumber[] {
  const token = tokenOf(network, request);
  const numbers = network.numbers.ofAccount(accountId).filter(({ accessToken }) => accessToken === token);
  if (numbers.length === 0) throw unknownObject(accountId);
  return numbers;
}

/** The template of this id, if the token is good for its account. */
export function templateOf(
  network: Network,
  request: IncomingMessage,
  id: string,
): { businessAccountId: string; template: Template } {
  const found = network.templates.find(id);
  if (!found) throw unknownObject(id);
  numbersOfAccount(network, request, found.businessAccountId);
  return found;
}

/** Throws unless the request has a token that some number has. */
export function requireToken(network: Network, request: IncomingMessage): void {
  tokenOf(network, request);
}

/** The medium of this id, if the token is that of its number. */
export function mediumOf(network: Network, request: IncomingMessage, id: string): Medium {
  const medium = ownMedium(network, request, id);
  if (!medium) throw unknownObject(id);
  return medium;
}

/** The same for a download address, where a medium that is unknown, or another number's, is not found. */
export function downloadableOf(network: Network, request: IncomingMessage, id: string): Medium {
  const medium = ownMedium(network, request, id);
  if (!medium) throw new GraphError(100, { message: "The media is not found", httpStatus: 404 });
  return medium;
}

function ownMedium(network: Network, request: IncomingMessage, id: string): Medium | undefined {
  const token = tokenOf(network, request);
  const medium = network.media.get(id);
  return medium && network.numbers.get(medium.phoneNumberId)?.accessToken === token ? medium : undefined;
}
