import { useEffect, useRef, useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMember } from "../../session/member.ts";
import { SHOW_TYPING } from "../documents.ts";

const PRESENCES = graphql(`
  query ThreadPresences($id: UUID!) {
    conversation(id: $id) {
      id
      presences(first: 20) { nodes { nodeId state expiresAt membership { nodeId user { id name } } } }
    }
  }
`);
const PRESENCE_CHANGED = graphql(`
  subscription ThreadPresenceChanged($id: UUID!) {
    presenceChanged(conversationId: $id) { nodeId state expiresAt membership { nodeId user { id name } } }
  }
`);
const SHOW_PRESENCE = graphql(`
  mutation ThreadShowPresence($id: UUID!, $state: PresenceState!) {
    showPresence(input: { conversationId: $id, state: $state }) { presence { nodeId } }
  }
`);
const END_PRESENCE = graphql(`
  mutation ThreadEndPresence($id: UUID!) {
    endPresence(input: { conversationId: $id }) { clientMutationId }
  }
`);

/** A presence lasts 30 seconds; it is repeated this often. */
const REPEAT_MS = 20_000;
/** Somebody who has not typed for this long has stopped. */
const TYPING_MS = 5_000;

export type Colleague = { id: string; name: string; state: string; expiresAt: string };

/** Shows colleagues that the conversation is open here, and whom it is open with. */
export function useColleagues(conversationId: string): readonly Colleague[] {
  const connection = useConnection();
  const { user } = useMember();
  const [colleagues, setColleagues] = useState<readonly Colleague[]>([]);
  useEffect(() => {
    type Node = {
      state: string;
      expiresAt: string;
      membership: { user: { id: string; name: string } | null };
    };
    const show = (nodes: readonly Node[]) =>
      setColleagues(
        nodes.flatMap(({ state, expiresAt, membership }) =>
          membership.user && membership.user.id !== user.id ? [{ ...membership.user, state, expiresAt }] : [],
        ),
      );
    const end = connection.subscribe(PRESENCE_CHANGED, { id: conversationId }, (data) =>
      show(data.presenceChanged ?? []),
    );
    // Who is there is decoration: without it, the thread is whole.
    connection.query(PRESENCES, { id: conversationId }).then(
      (data) => show(data.conversation?.presences.nodes ?? []),
      () => {},
    );
    return end;
  }, [connection, conversationId, user.id]);
  useEffect(() => {
    const next = Math.min(...colleagues.map(({ expiresAt }) => Date.parse(expiresAt)));
    if (!Number.isFinite(next)) return;
    const timer = setTimeout(
      () => setColleagues((all) => all.filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now())),
      Math.max(0, next - Date.now()) + 100,
    );
    return () => clearTimeout(timer);
  }, [colleagues]);
  return colleagues;
}

/** Shows that this user looks at the conversation while the page is visible. */
export function useOwnPresence(conversationId: string): void {
  const connection = useConnection();
  useEffect(() => {
    const show = () => {
      if (document.visibilityState !== "visible") return;
      connection.mutate(SHOW_PRESENCE, { id: conversationId, state: "viewing" }).catch(() => {});
    };
    show();
    const timer = setInterval(show, REPEAT_MS);
    document.addEventListener("visibilitychange", show);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", show);
      connection.mutate(END_PRESENCE, { id: conversationId }).catch(() => {});
    };
  }, [connection, conversationId]);
}

/**
 * To be called with each change of the text: shows colleagues, and the customer if that is wanted, that somebody types, at most
 * each 20 seconds.
 */
export function useTyping(conversationId: string): (showsCustomer: boolean) => void {
  const connection = useConnection();
  const shown = useRef({ colleagues: 0, customer: 0 });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (showsCustomer) => {
    const now = Date.now();
    const ignore = () => {};
    if (now - shown.current.colleagues > REPEAT_MS) {
      shown.current.colleagues = now;
      connection.mutate(SHOW_PRESENCE, { id: conversationId, state: "typing" }).catch(ignore);
    }
    if (showsCustomer && now - shown.current.customer > REPEAT_MS) {
      shown.current.customer = now;
      connection.mutate(SHOW_TYPING, { id: conversationId }).catch(ignore);
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      shown.current.colleagues = 0;
      connection.mutate(SHOW_PRESENCE, { id: conversationId, state: "viewing" }).catch(ignore);
    }, TYPING_MS);
  };
}
