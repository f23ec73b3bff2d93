import type { Role } from "../../support/people.ts";

export const VERBS = ["select", "insert", "update", "delete"] as const;
export type Verb = (typeof VERBS)[number];

/** The lowest role that may; `self`: everybody, but only their own row; null: nobody who signs in. */
export type Right = Role | "self" | null;

/**
 * What a signed-in person may do with the rows of their own tenant. With those of another one, nobody may do anything.
 * A new table of app_public needs a line here.
 */
const RIGHTS = `
  table                      select  insert  update  delete
  audit_entries              admin   -       -       -
  channel_kinds              viewer  -       -       -
  channels                   viewer  -       admin   admin
  chatbot_timers             viewer  -       -       -
  chatbot_versions           viewer  -       -       -
  chatbots                   viewer  -       admin   admin
  closing_rules              viewer  admin   admin   admin
  contact_identities         viewer  -       -       -
  contact_tags               viewer  agent   -       agent
  contacts                   viewer  agent   agent   admin
  conversation_contexts      viewer  -       -       -
  conversation_participants  viewer  agent   -       agent
  conversations              viewer  agent   agent   -
  data_source_connections    admin   admin   admin   admin
  data_sources               admin   admin   admin   admin
  google_accounts            viewer  -       -       -
  group_contacts             viewer  agent   -       agent
  groups                     viewer  agent   agent   admin
  invitations                admin   -       -       admin
  media                      viewer  -       -       -
  media_limits               viewer  -       -       -
  memberships                viewer  -       admin   admin
  message_changes            viewer  -       -       -
  message_statuses           viewer  -       -       -
  messages                   viewer  agent   -       -
  presences                  viewer  -       -       -
  tags                       viewer  agent   agent   admin
  team_members               viewer  admin   -       admin
  teams                      viewer  admin   admin   admin
  templates                  viewer  -       -       -
  tenants                    viewer  -       owner   -
  users                      viewer  -       self    -
  webhook_events             admin   -       -       -
  whatsapp_channels          viewer  -       admin   -
  whatsapp_flows             viewer  admin   admin   admin
`;

const ROLES: readonly Role[] = ["viewer", "agent", "admin", "owner"];

/** By table, then verb. */
export const rights: Map<string, Record<Verb, Right>> = parse(RIGHTS);

export function isAtLeast(role: Role, right: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(right);
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
  if (cell === "self" || ROLES.some((role) => role === cell)) return cell as Right;
  throw new Error(`"${cell}" is no right`);
}
