import { graphql, type ResultOf } from "../../graphql/graphql.ts";

export const RULES = graphql(`
  query SettingsRetentionRules($after: Cursor) {
    retentionRules(first: 50, after: $after) {
      nodes { id subject action isActive after { years months days hours minutes seconds } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export type Rule = NonNullable<ResultOf<typeof RULES>["retentionRules"]>["nodes"][number];

/** What can be done with each kind of data, and who may say so. */
export const ACTIONS = {
  conversations: ["archive", "delete"],
  messages: ["archive", "delete"],
  system_messages: ["delete"],
  runs: ["anonymise", "delete"],
  webhook_bodies: ["delete"],
  media: ["delete"],
  audit_entries: ["delete"],
  deleted_contacts: ["delete"],
} as const satisfies Record<Rule["subject"], readonly Rule["action"][]>;

export const SUBJECTS = Object.keys(ACTIONS) as Rule["subject"][];
