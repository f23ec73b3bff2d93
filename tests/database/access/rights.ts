import { SCOPES, type Scope } from "../../../src/graphql/auth/scope.ts";
import type { Role } from "../../support/people.ts";

export const VERBS = ["select", "insert", "update", "delete"] as const;
export type Verb = (typeof VERBS)[number];

/**
 * The scope whose rights are needed; `owner`: no API key; `self`: every user, but only their own row; null: nobody who uses
 * the API.
 */
export type Right = Scope | "owner" | "self" | null;

/** Who uses the API: a member by role, or an API key with one scope. */
export type Caller = Role | `${Scope} key`;

/**
 * What a user or an API key may do with the rows of their own tenant. With those of another one, nobody may do anything.
 * A new table of app_public needs a line here.
 */
const RIGHTS = `
  table                      select      insert           update           delete
  api_keys                   manage_all  -                -                -
  audit_entries              manage_all  -                -                -
  campaign_channels          read        manage_all       manage_all       manage_all
  campaign_recipients        read        -                -                -
  campaign_variants          read        manage_all       manage_all       manage_all
  campaigns                  read        manage_all       manage_all       manage_all
  canned_replies             read        manage_all       manage_all       manage_all
  channel_kinds              read        -                -                -
  channels                   read        -                manage_all       manage_all
  chatbot_timers             read        -                -                -
  chatbot_versions           read        -                -                -
  chatbots                   read        -                manage_all       manage_all
  closing_rules              read        manage_all       manage_all       manage_all
  consent_keywords           read        manage_all       manage_all       manage_all
  consents                   read        manage_contacts  -                -
  contact_attributions       read        -                -                -
  contact_blocks             read        -                -                -
  contact_fields             read        manage_all       manage_all       manage_all
  contact_identities         read        -                -                -
  contact_sensitive_values   manage_all  -                -                -
  contact_tags               read        manage_contacts  -                manage_contacts
  contacts                   read        manage_contacts  manage_contacts  -
  conversions                read        manage_contacts  -                -
  conversation_contexts      read        -                -                -
  conversation_participants  read        send             -                send
  conversations              read        send             send             -
  data_source_connections    manage_all  manage_all       manage_all       manage_all
  data_sources               manage_all  manage_all       manage_all       manage_all
  erasures                   manage_all  -                -                -
  google_accounts            read        -                -                -
  group_contacts             read        manage_contacts  -                manage_contacts
  groups                     read        manage_contacts  manage_contacts  manage_all
  handoffs                   read        -                -                -
  import_rows                read        -                -                -
  imports                    read        -                -                -
  invitations                manage_all  -                -                manage_all
  media                      read        -                -                -
  media_limits               read        -                -                -
  memberships                read        -                manage_all       manage_all
  mentions                   read        -                -                -
  message_changes            read        -                -                -
  message_statuses           read        -                -                -
  message_prices             read        manage_all       manage_all       manage_all
  messages                   read        send             -                -
  presences                  read        -                -                -
  segments                   read        manage_contacts  manage_contacts  manage_all
  message_archives           read        -                -                -
  archived_messages          read        -                -                -
  retention_rules            manage_all  manage_all       manage_all       manage_all
  retention_runs             manage_all  -                -                -
  scheduled_messages         read        send             send             -
  tags                       read        manage_contacts  manage_contacts  manage_all
  team_members               read        manage_all       -                manage_all
  teams                      read        manage_all       manage_all       manage_all
  template_changes           read        -                -                -
  templates                  read        manage_all       manage_all       -
  tenants                    read        -                owner            -
  users                      read        -                self             -
  views                      read        manage_all       manage_all       manage_all
  webhook_events             manage_all  -                -                -
  whatsapp_channels          read        -                manage_all       -
  whatsapp_flows             read        manage_all       manage_all       manage_all
`;

export const ROLES: readonly Role[] = ["viewer", "agent", "admin", "owner"];
export const CALLERS: readonly Caller[] = [...ROLES, ...SCOPES.map((scope) => `${scope} key` as const)];

/** The lowest role that has the rights of a scope. */
const ROLE_OF = { read: "viewer", send: "agent", manage_contacts: "agent", manage_all: "admin" } as const;

/** By table, then verb. */
export const rights: Map<string, Record<Verb, Right>> = parse(RIGHTS);

export function isRole(caller: Caller): caller is Role {
  return ROLES.some((role) => role === caller);
}

export function hasRight(caller: Caller, right: Scope | "owner"): boolean {
  if (isRole(caller))
    return ROLES.indexOf(caller) >= ROLES.indexOf(right === "owner" ? right : ROLE_OF[right]);
  return caller === `${right} key` || right === "read" || (right !== "owner" && caller === "manage_all key");
}

function parse(text: string): Map<string, Record<Verb, Right>> {
  const [head, ...lines] = text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  if (head?.join() !== ["table", ...VERBS].join())
    throw new Error("the head of the table of rights is wrong");
  return new Map(
    lines.map(([table, ...cells]) => [
      table!,
      Object.fromEntries(VERBS.map((verb, at) => [verb, right(cells[at])])) as Record<Verb, Right>,
    ]),
  );
}

function right(cell: string | undefined): Right {
  if (cell === "-") return null;
  if (cell === "self" || cell === "owner" || SCOPES.some((scope) => scope === cell)) return cell as Right;
  throw new Error(`"${cell}" is no right`);
}
