import type pg from "pg";
import { makeSchema } from "postgraphile";

import type { GraphQLSchema } from "postgraphile/graphql";
import type { MediaAddresses } from "../../media/signed_address.ts";
import type { KeyRing } from "../../secrets/key_ring.ts";
import type { Accounts } from "../auth/accounts.ts";
import { databaseSettings } from "../auth/visitor.ts";
import type { SimulationCalls } from "../simulation_calls.ts";
import { ChangedSince } from "./changed_since.ts";
import { ChangesSince } from "./changes_since.ts";
import { channelMutations } from "./channel_mutations.ts";
import { ChatbotGraphs } from "./chatbot_graphs.ts";
import { chatbotMutations } from "./chatbot_mutations.ts";
import { ChatbotNodeKinds } from "./chatbot_node_kinds.ts";
import { credentialMutations } from "./credential_mutations.ts";
import { Matching } from "./matching.ts";
import { mediaUrl } from "./media_url.ts";
import { mutationPlugin } from "./mutation_plugin.ts";
import { passwordMutations } from "./password_mutations.ts";
import { pipelinedService } from "./pipelined_service.ts";
import { SchemaPreset } from "./preset.ts";
import { replayMutation } from "./replay_mutation.ts";
import { ReplicaDirective } from "./replica_directive.ts";
import { Searches } from "./searches.ts";
import { sessionMutations } from "./session_mutations.ts";
import { simulationMutations } from "./simulation_mutations.ts";
import { Subscriptions } from "./subscriptions.ts";
import { totpMutations } from "./totp_mutations.ts";

type BuiltSchema = {
  schema: GraphQLSchema;
  resolvedPreset: GraphileConfig.ResolvedPreset;
  /** Ends PostGraphile's use of the pool; the caller ends the pool itself. */
  release(): Promise<void>;
};

type Parts = {
  /** Connections as the authenticator. */
  pool: pg.Pool;
  accounts: Accounts;
  keyRing: KeyRing;
  mediaAddresses: Pick<MediaAddresses, "sign">;
  calls: SimulationCalls;
  statementTimeoutMs: number;
};

/** Builds the schema from the catalog, limited to what a visitor may use. */
export async function buildSchema({
  pool,
  accounts,
  keyRing,
  mediaAddresses,
  calls,
  statementTimeoutMs,
}: Parts): Promise<BuiltSchema> {
  const service = pipelinedService({
    pool,
    schemas: ["app_public"],
    pubsub: false,
    pgSettingsForIntrospection: { role: "parley_visitor" },
    pgSettings: ({ visitor, queue }) => databaseSettings(visitor ?? null, statementTimeoutMs, queue),
  });
  const { schema, resolvedPreset } = await makeSchema({
    extends: [SchemaPreset],
    plugins: [
      mutationPlugin([
        ...sessionMutations(accounts.sessions),
        ...passwordMutations(accounts),
        ...totpMutations(accounts.totp),
        ...channelMutations(keyRing),
        ...credentialMutations(keyRing),
        ...chatbotMutations,
        ...simulationMutations(calls),
        replayMutation(statementTimeoutMs),
      ]),
      ChatbotGraphs,
      ...ChangesSince,
      ChangedSince,
      Matching,
      Searches,
      ChatbotNodeKinds,
      mediaUrl(mediaAddresses),
      Subscriptions,
      ReplicaDirective,
    ],
    pgServices: [service],
    grafast: { explain: false },
  });
  return { schema, resolvedPreset, release: async () => service.release?.() };
}
