import { randomUUID } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import { sealChannelSecrets } from "../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { row, uuid } from "./graphql_types.ts";
import { type ServerMutation, serverMutation } from "./server_mutation.ts";

/** Mutations that carry secrets of channels: sealed here, so that neither the database nor its log sees them. */
export function channelMutations(ring: KeyRing): ServerMutation[] {
  return [createChannel(ring), rotateChannelSecrets(ring)];
}

function createChannel(ring: KeyRing): ServerMutation {
  return serverMutation({
    name: "createChannel",
    about: "Connects a WhatsApp number. Its secrets are sealed, and never shown again.",
    errors: {
      PYDEN: "the caller is not an admin",
      PYCON: "the tenant has the number already",
      PYNUM: "another channel has the same number and app secret",
    },
    input: {
      name: z.string().optional().describe("What people call it; defaults to the number."),
      phoneNumberId: z.string().describe("Meta's id of the number (not the number itself)."),
      businessAccountId: z
        .string()
        .describe("The WhatsApp Business Account (WABA) that the number belongs to."),
      displayPhoneNumber: z.string().describe("The number as people write it."),
      accessToken: z.string().describe("A system user's token that may send for the account."),
      appSecret: z.string().describe("The Meta app's secret, which signs its webhooks."),
      verifyToken: z
        .string()
        .describe("The word that Meta repeats when it verifies the webhook's address. Yours to choose."),
    },
    payload: { channel: row("channels") },
    run: ({ input, asCaller }) => {
      const id = randomUUID();
      const { name, phoneNumberId, businessAccountId, displayPhoneNumber, ...secrets } = input;
      const channel = {
        id,
        name,
        phone_number_id: phoneNumberId,
        business_account_id: businessAccountId,
        display_phone_number: displayPhoneNumber,
      };
      const sealed = sealChannelSecrets(id, secrets, ring);
      return asCaller((db) =>
        channelOf(db, "app_hidden.create_channel($1, $2)", JSON.stringify(channel), JSON.stringify(sealed)),
      );
    },
  });
}

function rotateChannelSecrets(ring: KeyRing): ServerMutation {
  return serverMutation({
    name: "rotateChannelSecrets",
    about:
      "Replaces the secrets that are given. The app secret before is accepted until the next rotation, or ends now " +
      "with endsPreviousSecret.",
    errors: {
      PYNFD: "there is no such channel",
      PYDEN: "the caller is not an admin",
      PYNUM: "another channel has the same number and app secret",
    },
    input: {
      channelId: uuid(),
      accessToken: z.string().optional(),
      appSecret: z.string().optional(),
      verifyToken: z.string().optional(),
      endsPreviousSecret: z
        .boolean()
        .default(false)
        .describe(
          "Accept no app secret but the current one from now on, as after a leak: webhooks that Meta still signs with " +
            "the former one are refused. Alone, without a new secret, it ends the one before the current one. " +
            "Defaults to false.",
        ),
    },
    payload: { channel: row("channels") },
    run: ({ input: { channelId, endsPreviousSecret, ...secrets }, asCaller }) => {
      const sealed = JSON.stringify(sealChannelSecrets(channelId, secrets, ring));
      return asCaller((db) =>
        channelOf(db, "app_hidden.set_channel_secrets($1, $2, $3)", channelId, sealed, endsPreviousSecret),
      );
    },
  });
}

async function channelOf(
  db: pg.PoolClient,
  call: string,
  ...values: unknown[]
): Promise<{ channel: { id: string } }> {
  const { rows } = await db.query<{ id: string }>(`select id from ${call}`, values);
  return { channel: rows[0]! };
}
