import { randomUUID } from "node:crypto";
import { type PgClient, sideEffectWithPgClient } from "postgraphile/@dataplan/pg";
import { access, object, type Step } from "postgraphile/grafast";
import { extendSchema, gql } from "postgraphile/utils";
import { type GivenChannelSecrets, sealChannelSecrets } from "../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import { rowId } from "./row_id.ts";

/** Mutations that carry secrets: sealed here, so that the database never sees them in the clear, nor does a log of it. */
export function channelMutations(ring: KeyRing): GraphileConfig.Plugin {
  const createChannel = async (client: PgClient, input: CreateChannelInput) => {
    const id = randomUUID();
    const channel = {
      id,
      name: input.name ?? undefined,
      phone_number_id: input.phoneNumberId,
      business_account_id: input.businessAccountId,
      display_phone_number: input.displayPhoneNumber,
    };
    return callForId(client, "select id from app_hidden.create_channel($1, $2)", [
      JSON.stringify(channel),
      JSON.stringify(sealChannelSecrets(id, given(input), ring)),
    ]);
  };

  const rotateSecrets = async (client: PgClient, input: RotateChannelSecretsInput) => {
    const channelId = await rowId(client, input.channelId);
    return callForId(client, "select id from app_hidden.set_channel_secrets($1, $2, $3)", [
      channelId,
      JSON.stringify(sealChannelSecrets(channelId, given(input), ring)),
      input.endsPreviousSecret ?? false,
    ]);
  };

  return extendSchema((build) => {
    const { channels } = build.input.pgRegistry.pgResources;
    if (!channels) throw new Error("the schema has no table of channels");
    const { executor } = channels;
    const getChannel = ($object: Step) => channels.get({ id: access<string>($object, "channelId") });

    return {
      typeDefs: gql`
        extend type Mutation {
          "Connects a WhatsApp number. Its secrets are sealed, and never shown again. PYDEN: admins only. PYCON: the tenant has the number already. PYNUM: another channel has the same number and app secret."
          createChannel(input: CreateChannelInput!): CreateChannelPayload

          "Replaces the secrets that are given. The app secret before is accepted until the next rotation, or ends now with endsPreviousSecret. PYNFD, PYDEN: admins only. PYNUM: another channel has the same number and app secret."
          rotateChannelSecrets(input: RotateChannelSecretsInput!): RotateChannelSecretsPayload
        }

        input CreateChannelInput {
          clientMutationId: String
          "What people call it; the number, unless given."
          name: String
          "Meta's id of the number (not the number itself)."
          phoneNumberId: String!
          "The WhatsApp Business Account (WABA) that the number belongs to."
          businessAccountId: String!
          displayPhoneNumber: String!
          "A system user's token that may send for the account."
          accessToken: String!
          "The Meta app's secret, which signs its webhooks."
          appSecret: String!
          "The word that Meta repeats when it verifies the webhook's address. Yours to choose."
          verifyToken: String!
        }

        input RotateChannelSecretsInput {
          clientMutationId: String
          channelId: UUID!
          accessToken: String
          appSecret: String
          verifyToken: String
          "Accept no app secret but the current one from now on, as after a leak: webhooks that Meta still signs with the former one are refused. Alone, without a new secret, it ends the one before the current one. False by default."
          endsPreviousSecret: Boolean
        }

        type CreateChannelPayload {
          clientMutationId: String
          channel: Channel
        }

        type RotateChannelSecretsPayload {
          clientMutationId: String
          channel: Channel
        }
      `,
      objects: {
        Mutation: {
          plans: {
            createChannel: (_$root, args) =>
              object({
                clientMutationId: args.getRaw(["input", "clientMutationId"]),
                channelId: sideEffectWithPgClient(
                  executor,
                  args.getRaw("input") as Step<CreateChannelInput>,
                  createChannel,
                ),
              }),
            rotateChannelSecrets: (_$root, args) =>
              object({
                clientMutationId: args.getRaw(["input", "clientMutationId"]),
                channelId: sideEffectWithPgClient(
                  executor,
                  args.getRaw("input") as Step<RotateChannelSecretsInput>,
                  rotateSecrets,
                ),
              }),
          },
        },
        CreateChannelPayload: { plans: { channel: getChannel } },
        RotateChannelSecretsPayload: { plans: { channel: getChannel } },
      },
    };
  }, "ParleyChannelMutations");
}

type Secrets = { accessToken?: string | null; appSecret?: string | null; verifyToken?: string | null };
type CreateChannelInput = Secrets & {
  name?: string | null;
  phoneNumberId: string;
  businessAccountId: string;
  displayPhoneNumber: string;
};
type RotateChannelSecretsInput = Secrets & { channelId: string; endsPreviousSecret?: boolean | null };

function given({ accessToken, appSecret, verifyToken }: Secrets): GivenChannelSecrets {
  return {
    accessToken: accessToken ?? undefined,
    appSecret: appSecret ?? undefined,
    verifyToken: verifyToken ?? undefined,
  };
}

async function callForId(client: PgClient, text: string, values: unknown[]): Promise<string> {
  const { rows } = await client.query<{ id: string }>({ text, values });
  return rows[0]!.id;
}
