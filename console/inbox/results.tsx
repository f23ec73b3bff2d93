import { nameOf, phoneOf } from "../contact/name.ts";
import { Avatar } from "../ui/avatar.tsx";
import { Button } from "../ui/button.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { longTime, shortTime } from "../words/time.ts";
import { previewOf } from "./preview.ts";
import type { Found } from "./use_search.ts";
import { words } from "./words.ts";

/** Where a result leads. */
export type Target = { conversationId: string; messageId: string | null } | { contactId: string };

export type Result = { id: string; target: Target };

/** All results in the order in which they are shown. */
export function resultsOf({ contacts, messages }: Found): Result[] {
  return [
    ...contacts.map(({ id, conversations }) => {
      const [conversation] = conversations.nodes;
      const target = conversation
        ? { conversationId: conversation.id, messageId: null }
        : ({ contactId: id } as const);
      return { id, target };
    }),
    ...messages.map(({ id, conversation }) => ({
      id,
      target: { conversationId: conversation.id, messageId: id },
    })),
  ];
}

/** What a search has found, in place of the list. The search field keeps the focus; one result is active. */
export function Results({
  found,
  activeId,
  onOpen,
  onMore,
}: {
  found: Found | null;
  activeId: string | null;
  onOpen: (target: Target) => void;
  onMore: () => Promise<void>;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  if (!found) return <p className="search-hint soft">{texts.searchHint}</p>;
  if (found.problem) return <Failed message={`${found.problem.message} (${found.problem.code})`} />;
  if (found.contacts.length + found.messages.length === 0)
    return found.isSearching ? (
      <Loading label={texts.loading} />
    ) : (
      <Empty icon="search" title={texts.nothingFound}>
        {texts.nothingFoundText}
      </Empty>
    );
  const targets = new Map(resultsOf(found).map(({ id, target }) => [id, target]));
  const given = (id: string) => ({
    id: `result-${id}`,
    role: "option" as const,
    className: "search-result",
    "aria-selected": id === activeId,
    onClick: () => onOpen(targets.get(id)!),
  });
  return (
    <div className="search-results">
      <div role="listbox" id="search-results" aria-label={texts.search} aria-busy={found.isSearching}>
        {found.contacts.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: a group of options is no fieldset
          <div role="group" aria-labelledby="contacts-found">
            <div id="contacts-found" className="heading" role="presentation">
              {texts.contactsFound}
            </div>
            {found.contacts.map((contact) => (
              <div key={contact.id} {...given(contact.id)}>
                <Avatar name={nameOf(contact)} />
                <span className="text">
                  <bdi>{nameOf(contact)}</bdi>
                  <span className="soft">
                    {phoneOf(contact.phone)}
                    {contact.conversations.nodes.length === 0 && ` ${texts.noConversation}`}
                  </span>
                </span>
              </div>
            ))}
          </div>
        )}
        {found.messages.length > 0 && (
          // biome-ignore lint/a11y/useSemanticElements: see above
          <div role="group" aria-labelledby="messages-found">
            <div id="messages-found" className="heading" role="presentation">
              {texts.messagesFound}
            </div>
            {found.messages.map(({ id, type, direction, currentPreview, occurredAt, conversation }) => (
              <div key={id} {...given(id)}>
                <span className="text">
                  <span className="line">
                    <span className="name">
                      <bdi>{nameOf(conversation.contact)}</bdi>
                    </span>
                    <time className="soft" dateTime={occurredAt} title={longTime(occurredAt, language)}>
                      {shortTime(occurredAt, language)}
                    </time>
                  </span>
                  <span className="excerpt" dir="auto">
                    {direction === "outbound" && <span className="soft">{texts.ownMessage}: </span>}
                    <Marked
                      text={previewOf(currentPreview, type, texts.previews)?.text ?? ""}
                      query={found.query}
                    />
                  </span>
                </span>
              </div>
            ))}
          </div>
        )}
      </div>
      {found.next && (
        <Button look="quiet" onClick={() => void onMore().catch(showProblem)}>
          {texts.more}
        </Button>
      )}
    </div>
  );
}

/** The text from a little before the first word that was searched for, with the words marked. */
function Marked({ text, query }: { text: string; query: string }) {
  const words = query
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (words.length === 0) return text;
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(${words.join("|")})`, "giu");
  const first = text.search(pattern);
  const shown = first > 40 ? `… ${text.slice(first - 20)}` : text;
  return shown.split(pattern).map((part, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text stay in their order
    return index % 2 === 1 ? <mark key={index}>{part}</mark> : part;
  });
}
