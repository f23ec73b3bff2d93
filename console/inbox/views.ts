/** What the inbox lists: a view, narrowed by what else was chosen. All of it is in the address, so that it can be shared. */

export const BUILT_IN_VIEWS = ["all", "mine", "unassigned", "handed-over", "unread", "waiting"] as const;
export type BuiltInView = (typeof BUILT_IN_VIEWS)[number];

export const STATES = ["open", "snoozed", "closed", "any"] as const;
export type State = (typeof STATES)[number];

export type Choice = {
  /** A built-in view, or the id of a saved one. */
  view: string;
  state: State;
  /** Ids, or null: whatever it is. */
  tag: string | null;
  channel: string | null;
  team: string | null;
  /** The id of a user. */
  assignee: string | null;
};

/** A filter of the filter language (docs/filters.md). */
export type Filter = Readonly<Record<string, unknown>>;

/** Orders that a list may have: never null where the list is, so that pages miss nothing. */
export const ORDERS = {
  LAST_ACTIVITY_AT_DESC: { field: "lastActivityAt", direction: -1 },
  LAST_ACTIVITY_AT_ASC: { field: "lastActivityAt", direction: 1 },
  WAITING_SINCE_ASC: { field: "waitingSince", direction: 1 },
  WAITING_FOR_PERSON_SINCE_ASC: { field: "waitingForPersonSince", direction: 1 },
  SNOOZED_UNTIL_ASC: { field: "snoozedUntil", direction: 1 },
} as const;
export type Order = keyof typeof ORDERS;
type Sortable = { id: string } & { [Field in (typeof ORDERS)[Order]["field"]]: string | null };

const IS_SNOOZED: Filter = { field: "isSnoozed", is: true };

const VIEW_FILTERS: Readonly<Record<BuiltInView, Filter | null>> = {
  all: null,
  mine: { field: "assignee", is: "me" },
  unassigned: { field: "assignee", isEmpty: true },
  "handed-over": { field: "isHandedOver", is: true },
  unread: { field: "isUnread", is: true },
  waiting: { field: "waitingSince", isEmpty: false },
};

const STATE_FILTERS: Readonly<Record<State, Filter | null>> = {
  open: { not: IS_SNOOZED },
  snoozed: IS_SNOOZED,
  closed: null,
  any: null,
};

export function readChoice(search: string): Choice {
  const given = new URLSearchParams(search);
  const view = given.get("view") ?? "all";
  return {
    view,
    state: STATES.find((each) => each === given.get("state")) ?? usualState(view),
    tag: given.get("tag"),
    channel: given.get("channel"),
    team: given.get("team"),
    assignee: given.get("assignee"),
  };
}

/** The query of an address: with its question mark, empty for the first view. */
export function writeChoice({ view, state, ...ids }: Choice): string {
  const query = new URLSearchParams();
  if (view !== "all") query.set("view", view);
  if (state !== usualState(view)) query.set("state", state);
  for (const [name, id] of Object.entries(ids)) if (id !== null) query.set(name, id);
  return query.size === 0 ? "" : `?${query}`;
}

/** A saved view says itself which states it has. */
export function usualState(view: string): State {
  return isBuiltIn(view) ? "open" : "any";
}

export function isBuiltIn(view: string): view is BuiltInView {
  return (BUILT_IN_VIEWS as readonly string[]).includes(view);
}

/** What the choice adds to a view, as one filter; null: nothing. */
export function filterOf({ view, state, tag, channel, team, assignee }: Choice): Filter | null {
  const filters = [
    isBuiltIn(view) ? VIEW_FILTERS[view] : null,
    STATE_FILTERS[state],
    tag && { field: "tag", is: tag },
    channel && { field: "channel", is: channel },
    team && { field: "team", is: team },
    assignee && { field: "assignee", is: assignee },
  ].filter((each) => each !== null && each !== "");
  return filters.length === 0 ? null : { all: filters };
}

/** The filter of columns, which indexes know: conversations that are open, or closed. */
export function columnFilterOf({ state }: Choice) {
  if (state === "any") return null;
  return { status: { equalTo: state === "closed" ? ("closed" as const) : ("open" as const) } };
}

/** Who waits longest comes first; everything else is sorted by what happened last. */
export function orderOf({ view, state }: Choice, savedOrder: string | null | undefined): Order {
  if (view === "waiting") return "WAITING_SINCE_ASC";
  if (savedOrder && savedOrder in ORDERS) return savedOrder as Order;
  return state === "snoozed" ? "SNOOZED_UNTIL_ASC" : "LAST_ACTIVITY_AT_DESC";
}

/** Instants of the API have one length and zone, so they compare as texts. Rows without one are at the end. */
export function comparison(order: Order): (one: Sortable, other: Sortable) => number {
  const { field, direction } = ORDERS[order];
  return (one, other) => {
    const [a, b] = [one[field], other[field]];
    if (a === b) return one.id < other.id ? -direction : direction;
    if (a === null || b === null) return a === null ? 1 : -1;
    return a < b ? -direction : direction;
  };
}
