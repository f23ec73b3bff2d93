import type { Request, Router } from "express";
import { z } from "zod";
import { CustomerPhone } from "../customer_phone.ts";
import { isAddress, normaliseAddress } from "../customers.ts";
import { KIND_LIMITS, MEDIA_KINDS } from "../media_types.ts";
import type { Network } from "../network.ts";
import { characters } from "../outbound/limits.ts";
import { act, action } from "./action.ts";
import { viewChat, viewNumber } from "./chat_view.ts";
import { ControlError } from "./control_error.ts";
import { readFile, readInput } from "./read.ts";
import { serveFile } from "./serve_file.ts";
import { ChatStreams } from "./streams.ts";

const CHAT = "/numbers/:phoneNumberId/chats/:customer";

const profile = z.object({ name: characters(128).optional(), username: characters(35).optional() });
const file = z.object({
  kind: z.enum(MEDIA_KINDS),
  mimeType: z.string().regex(/^[\w.+-]+\/[\w.+-]+(; ?[\w.+=-]+)*$/),
  filename: characters(240).optional(),
  caption: characters(1024).optional(),
  replyTo: characters(512).optional(),
  voice: z.stringbool().optional(),
  url: z.stringbool().optional(),
});

/** The routes of the page. `customer` is a phone number or a BSUID; a phone is created on first use. */
export function registerChatRoutes(router: Router, network: Network): void {
  const streams = new ChatStreams(network);

  router.get("/numbers", (_request, response) => {
    response.json(network.numbers.list().map(viewNumber));
  });

  router.get(CHAT, (request, response) => {
    response.json(viewChat(network, phoneOf(network, request).chat));
  });

  router.get(`${CHAT}/events`, (request, response) => {
    streams.open(response, phoneOf(network, request).chat);
  });

  router.put(`${CHAT}/profile`, async (request, response) => {
    const { customer } = phoneOf(network, request).chat;
    const identity = customer.waId === undefined ? { userId: customer.userId } : { phone: customer.waId };
    network.customers.introduce({ ...identity, ...(await readInput(request, profile)) });
    response.status(204).end();
  });

  router.post(`${CHAT}/actions`, async (request, response) => {
    const phone = phoneOf(network, request);
    const message = act(phone, await readInput(request, action));
    response.status(201).json({ wamid: message?.wamid });
  });

  router.post(`${CHAT}/media`, async (request, response) => {
    const phone = phoneOf(network, request);
    const { voice: isVoice, url: hasUrl, ...description } = file.parse(request.query);
    const { maxBytes } = KIND_LIMITS[description.kind];
    const received = await readFile(request, maxBytes, network.media.files);
    const message = phone.sendFile({ ...description, isVoice, hasUrl, file: received });
    response.status(201).json({ wamid: message.wamid });
  });

  router.get(`${CHAT}/media/:mediaId`, (request, response) => {
    const { number } = phoneOf(network, request).chat;
    const medium = network.media.find(request.params.mediaId, number.phoneNumberId);
    if (!medium) throw new ControlError(404, "There is no such file");
    serveFile(response, medium);
  });
}

type ChatRequest = Request<{ phoneNumberId: string; customer: string }>;

function phoneOf(network: Network, { params }: ChatRequest): CustomerPhone {
  const number = network.numbers.get(params.phoneNumberId);
  if (!number) throw new ControlError(404, "There is no such number");
  const address = normaliseAddress(params.customer);
  if (!isAddress(address))
    throw new ControlError(400, "A customer is a phone number or a business-scoped user id");
  const customer =
    network.customers.find(address) ??
    network.customers.introduce(address.includes(".") ? { userId: address } : { phone: address });
  return new CustomerPhone(network, network.chats.open(number, customer));
}
