import { randomUUID } from "node:crypto";
import type pg from "pg";
import { z } from "zod";
import { type Connection, columnOf } from "../../channels/connection.ts";
import { CHANNEL_KINDS } from "../../channels/registry.ts";
import { sealChannelSecrets } from "../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { row, secret, uuid } from "./graphql_types.ts";
import { type ServerMutation, serverMutation } from "./server_mutation.ts";

/** Mutations that carry secrets of channels: sealed here, so that neither the database nor its log sees them. */
export function channelMutations(ring: KeyRing): ServerMutation[] {
  return [
    ...CHANNEL_KINDS.map(({ connection }) => connectChannel(connection, ring)),
    rotateChannelSecrets(ring),
  ];
}

function connectChannel(connection: Connection, ring: KeyRing): ServerMutation {
  const settings = Object.entries(connection.settings).filter(([, { isForOperators }]) => !isForOperators);
  const secretNames = Object.keys(connection.secrets);
  return serverMutation({
    name: connection.mutation,
    requires: "manage_all",
    about: `Connects ${connection.what}. Its secrets are encrypted, and never shown again.`,
    errors: {
      PYREQ: "a secret is not valid",
      PYDEN: "the caller is not an admin",
      PYCON: "the tenant has the number already",
      PYNUM: "another channel has the same number and app secret",
    },
    input: {
      name: z.string().optional().describe("The display name; defaults to the number."),
      ...Object.fromEntries(settings.map(([name, { about }]) => [name, z.string().describe(about)])),
      ...Object.fromEntries(
        Object.entries(connection.secrets).map(([name, { about }]) => [name, secret().describe(about)]),
      ),
    },
    payload: { channel: row("channels") },
    run: ({ input, asCaller }) => {
      const id = randomUUID();
      const values = Object.entries(input);
      const secrets = Object.fromEntries(values.filter(([name]) => secretNames.includes(name)));
      const others = values.filter(([name]) => !secretNames.includes(name));
      const channel = { id, ...Object.fromEntries(others.map(([name, value]) => [columnOf(name), value])) };
      const sealed = sealChannelSecrets(id, secrets, ring);
      const call = `app_hidden.${connection.sqlFunction}($1, $2)`;
      return asCaller((db) => channelOf(db, call, JSON.stringify(channel), JSON.stringify(sealed)));
    },
  });
}

function rotateChannelSecrets(ring: KeyRing): ServerMutation {
  return serverMutation({
    name: "rotateChannelSecrets",
    requires: "manage_all",
    about:
      "Replaces the given secrets. The previous app secret is accepted until the next rotation, or ends now " +
      "with endsPreviousSecret.",
    errors: {
      PYREQ: "a secret is not valid",
      PYNFD: "there is no such channel",
      PYDEN: "the caller is not an admin",
      PYNUM: "another channel has the same number and app secret",
    },
    input: {
      channelId: uuid(),
      ...Object.fromEntries(
        secretsOfAllKinds().map(([name, about]) => [name, secret().optional().describe(about)]),
      ),
      endsPreviousSecret: z
        .boolean()
        .default(false)
        .describe(
          "Accept only the current app secret from now on, for example after a leak: webhooks that the provider still signs " +
            "with the former one are refused. Alone, without a new secret, it ends the one before the current one. " +
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

/** Names and descriptions. */
function secretsOfAllKinds(): [string, string][] {
  const secrets = CHANNEL_KINDS.flatMap(({ connection }) => Object.entries(connection.secrets));
  return [...new Map(secrets.map(([name, { about }]) => [name, about]))];
}

async function channelOf(
  db: pg.PoolClient,
  call: string,
  ...values: unknown[]
): Promise<{ channel: { id: string } }> {
  const { rows } = await db.query<{ id: string }>(`select id from ${call}`, values);
  return { channel: rows[0]! };
}
