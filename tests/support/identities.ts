import type pg from "pg";
import { uuidV7 } from "../../src/base/uuid_v7.ts";
import type {
  ChannelDirectory,
  ConnectedNumber,
} from "../../src/channels/whatsapp/inbound/channel_directory.ts";
import { readWebhook } from "../../src/channels/whatsapp/inbound/read_webhook.ts";
import { senderFor } from "../../src/channels/whatsapp/inbound/route_facts.ts";
import { applyDeliveries } from "../../src/inbound/apply_deliveries.ts";
import type { Delivery } from "../../src/inbound/delivery.ts";
import { prepareDelivery } from "../../src/inbound/prepare_delivery.ts";
import { aWamid, send } from "./messages.ts";
import { record } from "./outbox.ts";
import type { Workspace } from "./people.ts";
import { framed } from "./webhooks.ts";

/** Webhooks of one number, applied as the receiver does, and what is then known of its customers. */

const DAY_MS = 86_400_000;

/** Meta's clock in these stories: whole seconds of a day that lies behind us. */
export const second = (n: number) => String(Math.floor((Date.now() - 3 * DAY_MS) / 1000) + n);

export class Line {
  readonly #db: pg.PoolClient;
  readonly workspace: Workspace;
  readonly #channel: ConnectedNumber;

  constructor(db: pg.PoolClient, workspace: Workspace) {
    this.#db = db;
    this.workspace = workspace;
    this.#channel = {
      id: workspace.channelId,
      tenantId: workspace.tenantId,
      phoneNumberId: workspace.phoneNumberId,
      providerAccountId: workspace.businessAccountId,
      webhookKey: null,
      apps: [],
      secrets: {} as ConnectedNumber["secrets"],
    };
  }

  /** Takes a body apart and applies it; returns the delivery, to be applied once more. */
  async tell(value: object, field = "messages"): Promise<Delivery> {
    const body = Buffer.from(
      JSON.stringify({
        object: "whatsapp_business_account",
        entry: [
          {
            id: this.#channel.providerAccountId,
            changes: [{ field, value: framed(this.#channel, value) }],
          },
        ],
      }),
    );
    return this.deliver(body);
  }

  /** Delivers an earlier webhook again: by the provider, or as `parley webhook replay` does. */
  again(delivery: Delivery, how: "redelivered" | "replayed"): Promise<Delivery> {
    return this.deliver(delivery.body, how === "replayed" ? delivery.id : undefined);
  }

  /** `isStored`: the body is stored, too, as by the receiver. */
  async deliver(body: Buffer, id = uuidV7(), { isStored = false } = {}): Promise<Delivery> {
    const delivery = await prepareDelivery(
      body,
      readWebhook,
      senderFor({ app: "", channel: this.#channel }, NO_OTHERS),
      id,
    );
    await applyDeliveries(inOneTransaction(this.#db), [delivery], { isStored });
    return delivery;
  }

  /** A text, at a second of Meta's clock. */
  say(at: number, sender: object, body: string, more: object = {}): Promise<Delivery> {
    const { from, from_user_id, from_parent_user_id, name } = sender as Record<string, string>;
    const card = {
      ...(name && { profile: { name } }),
      ...(from && { wa_id: from }),
      ...(from_user_id && { user_id: from_user_id }),
      ...(from_parent_user_id && { parent_user_id: from_parent_user_id }),
    };
    const message = {
      ...(from && { from }),
      ...(from_user_id && { from_user_id }),
      ...(from_parent_user_id && { from_parent_user_id }),
      id: `wamid.${uuidV7()}`,
      timestamp: second(at),
      type: "text",
      text: { body },
      ...more,
    };
    return this.tell({ contacts: [card], messages: [message] });
  }

  /** Of each contact: its phone, its addresses in the order in which they are used, what was said in its thread. */
  async contacts(): Promise<{ phone: string | null; addresses: string[]; said: string[] }[]> {
    const { rows } = await this.#db.query(
      `select
         p.phone,
         array(
           select i.value || case when i.retired_at is null then '' else ' (retired)' end
           from app_public.contact_identities i where i.contact_id = p.id
           order by i.retired_at is not null, i.last_heard_at desc nulls last, i.kind desc, i.value
         ) as addresses,
         array(
           select m.preview from app_public.messages m join app_public.conversations c on c.id = m.conversation_id
           where c.contact_id = p.id and m.type = 'text' and m.direction = 'inbound' order by m.occurred_at, m.created_at
         ) as said
       from app_public.contacts p where p.tenant_id = $1 order by p.created_at, p.phone`,
      [this.workspace.tenantId],
    );
    return rows;
  }
}

/** All webhooks are for the one channel. */
const NO_OTHERS = { byAccount: async () => [], byNumber: async () => null } as unknown as ChannelDirectory;

/** Where the next message of a conversation would be posted to. */
export async function addressee(db: pg.PoolClient, conversationId: string): Promise<string> {
  // The stories lie days behind.
  await db.query(
    "update app_public.conversations set window_expires_at = now() + interval '1 hour' where id = $1",
    [conversationId],
  );
  await send(db, conversationId);
  const { rows } = await db.query(
    `select message_id, phone, bsuid from app_private.claim_outbox(100, '1 minute') where conversation_id = $1`,
    [conversationId],
  );
  await record(db, { message_id: rows[0].message_id, kind: "sent", provider_message_id: aWamid() });
  return rows[0].phone ?? rows[0].bsuid;
}

/** A pool of one client that is in a transaction already. */
function inOneTransaction(db: pg.PoolClient): pg.Pool {
  const client = {
    query: async (...args: [string]) =>
      /^(begin|commit)$/.test(String(args[0])) ? undefined : db.query(...args),
    release: () => {},
  };
  return { ...client, connect: async () => client } as unknown as pg.Pool;
}
