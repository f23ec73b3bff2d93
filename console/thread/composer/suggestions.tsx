import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useState } from "react";
import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { COLLEAGUES, type Head } from "../documents.ts";
import type { ComposerDialog } from "./dialogs.tsx";
import { mentionedIn, replaceTrigger, triggerAt } from "./trigger.ts";
import { composerWords } from "./words.ts";

const CANNED = graphql(`
  query ThreadCanned($query: String!, $conversationId: UUID!) {
    cannedReplies(
      first: 8
      filter: { or: [{ shortcut: { startsWithInsensitive: $query } }, { title: { includesInsensitive: $query } }] }
    ) {
      nodes { id shortcut title type filled(conversationId: $conversationId) { preview content missingVariables } }
    }
  }
`);
export type CannedReply = NonNullable<ResultOf<typeof CANNED>["cannedReplies"]>["nodes"][number];

type Option = { id: string; title: string; about: string; pick: () => void };

/**
 * What the text asks for: canned replies after "/" in an answer, colleagues after "@" in a note. The focus stays in the text; arrows
 * choose, Enter and Tab take, Escape ends it.
 */
export function useSuggestions({
  head,
  mode,
  text,
  area,
  setTextAt,
  onPick,
}: {
  head: Head;
  mode: "reply" | "note";
  text: string;
  area: RefObject<HTMLTextAreaElement | null>;
  setTextAt: (text: string, caret: number) => void;
  onPick: (dialog: ComposerDialog) => void;
}) {
  const texts = useWords(composerWords);
  const id = useId();
  const [caret, setCaret] = useState(-1);
  const [at, setAt] = useState(0);
  const [dismissed, setDismissed] = useState(-1);
  const trigger = useMemo(
    () => (caret < 0 ? null : triggerAt(text, caret, mode === "note" ? "@" : "/")),
    [text, caret, mode],
  );
  const isAsked = trigger !== null && trigger.start !== dismissed;
  const [{ data: canned, fetching: isLoading }] = useQuery({
    query: CANNED,
    variables: { query: trigger?.query ?? "", conversationId: head.id },
    pause: !isAsked || trigger.sign !== "/",
    requestPolicy: "cache-and-network",
  });
  const [{ data: colleagues }] = useQuery({ query: COLLEAGUES, pause: mode !== "note" });
  const members = (colleagues?.memberships?.nodes ?? []).flatMap(({ user }) => (user ? [user] : []));
  const put = (replacement: string) => {
    if (!trigger) return;
    const next = replaceTrigger(text, trigger, replacement);
    setTextAt(next.text, next.caret);
  };
  const pickCanned = (reply: CannedReply) => {
    const body = reply.type === "text" ? reply.filled?.content?.body : undefined;
    if (typeof body !== "string") {
      put("");
      onPick({ kind: "canned", reply });
      return;
    }
    put(body);
    const missing = reply.filled?.missingVariables ?? [];
    if (missing.length > 0) showToast(texts.missing(missing.join(", ")));
  };
  const options: Option[] = !isAsked
    ? []
    : trigger.sign === "/"
      ? (canned?.cannedReplies?.nodes ?? []).map((reply) => ({
          id: reply.id,
          title: `/${reply.shortcut} · ${reply.title}`,
          about: reply.filled?.preview ?? "",
          pick: () => pickCanned(reply),
        }))
      : members
          .filter(({ name }) => name.toLocaleLowerCase().includes(trigger.query.toLocaleLowerCase()))
          .slice(0, 8)
          .map((user) => ({ id: user.id, title: user.name, about: "", pick: () => put(`@${user.name} `) }));
  const chosen = Math.min(at, options.length - 1);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list begins at its first line
  useEffect(() => setAt(0), [trigger?.query]);
  const onKeyDown = (event: KeyboardEvent): boolean => {
    if (!isAsked) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && options.length > 0) setAt((chosen + step + options.length) % options.length);
    else if ((event.key === "Enter" || event.key === "Tab") && options[chosen]) options[chosen].pick();
    else if (event.key === "Escape") setDismissed(trigger.start);
    // What is still being looked for may be what was meant: the customer must not get its shortcut.
    else if (event.key !== "Enter" || event.shiftKey || trigger.sign !== "/" || !isLoading) return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return {
    id,
    options,
    chosen,
    isAsked,
    sign: trigger?.sign ?? "/",
    onKeyDown,
    follow: (next: number) => {
      // A click on a line takes the focus for a moment.
      if (next < 0) setTimeout(() => document.activeElement !== area.current && setCaret(-1), 200);
      else setCaret(next);
      if (next >= 0 && text.slice(0, next).search(/[/@]\S*$/) < 0) setDismissed(-1);
    },
    mentioned: (note: string) => mentionedIn(note, members),
    described: isAsked
      ? {
          "aria-autocomplete": "list" as const,
          "aria-controls": id,
          "aria-activedescendant": options[chosen] ? `${id}-${chosen}` : undefined,
        }
      : {},
  };
}

export function Suggestions({
  id,
  options,
  chosen,
  isAsked,
  sign,
}: Pick<ReturnType<typeof useSuggestions>, "id" | "options" | "chosen" | "isAsked" | "sign">) {
  const texts = useWords(composerWords);
  if (!isAsked) return null;
  if (options.length === 0)
    return (
      <p className="suggestions none" role="status">
        {sign === "/" ? texts.noCanned : texts.noMember}
      </p>
    );
  return (
    <div className="suggestions" id={id} role="listbox" aria-label={texts.canned} tabIndex={-1}>
      {options.map((option, at) => (
        <div
          key={option.id}
          className="option"
          tabIndex={-1}
          id={`${id}-${at}`}
          role="option"
          aria-selected={at === chosen}
          onMouseDown={(event) => {
            // The text keeps the focus.
            event.preventDefault();
            option.pick();
          }}
        >
          <strong dir="auto">{option.title}</strong>
          {option.about && <small dir="auto">{option.about}</small>}
        </div>
      ))}
    </div>
  );
}
