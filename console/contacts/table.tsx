import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import { nameOf, phoneOf } from "../contact/name.ts";
import { Link } from "../routing/link.tsx";
import { Avatar } from "../ui/avatar.tsx";
import { Button } from "../ui/button.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { TagDot } from "../ui/tag_dot.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { shortTime } from "../words/time.ts";
import type { useContacts } from "./use_contacts.ts";
import { words } from "./words.ts";

/** As in contacts.css. */
const ROW_HEIGHT = 56;
const LOAD_AHEAD = 15;

/** The contacts in sight, as links: each opens beside the list. */
export function ContactTable({
  contacts: { rows, isLoaded, next, problem, more, reload },
  openId,
  isFiltered,
  pathOf,
}: {
  contacts: ReturnType<typeof useContacts>;
  openId: string | null;
  isFiltered: boolean;
  pathOf: (id: string) => string;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
    getItemKey: (index) => rows[index]!.id,
  });
  const items = virtualizer.getVirtualItems();
  const isNearEnd = next !== null && (items.at(-1)?.index ?? 0) >= rows.length - LOAD_AHEAD;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again with each page
  useEffect(() => {
    if (isNearEnd) more();
  }, [isNearEnd, rows.length]);
  if (problem)
    return (
      <Failed message={`${problem.message} (${problem.code})`}>
        <p>
          <Button icon="refresh" onClick={reload}>
            {texts.retry}
          </Button>
        </p>
      </Failed>
    );
  if (!isLoaded) return <Loading label={texts.loading} />;
  if (rows.length === 0)
    return isFiltered ? (
      <Empty icon="search" title={texts.noneFound} />
    ) : (
      <Empty icon="people" title={texts.noneTitle}>
        {texts.noneText}
      </Empty>
    );
  return (
    <div className="contact-rows" ref={scroller}>
      <ul style={{ blockSize: virtualizer.getTotalSize() }}>
        {items.map(({ index, key, start }) => {
          const contact = rows[index]!;
          return (
            <li key={key} style={{ transform: `translateY(${start}px)` }}>
              <Link
                to={pathOf(contact.id)}
                className="contact-row"
                aria-current={contact.id === openId ? "true" : undefined}
              >
                <Avatar name={nameOf(contact)} />
                <span className="name">
                  <bdi>{nameOf(contact)}</bdi>
                  {contact.status !== "active" && (
                    <span className="badge danger">{texts.statuses[contact.status]}</span>
                  )}
                </span>
                <span className="soft" dir="ltr">
                  {phoneOf(contact.phone)}
                </span>
                <span className="soft email">{contact.email}</span>
                <span className="row-tags">
                  {contact.contactTags.nodes.map(({ tag }) => (
                    <span key={tag.id} className="row">
                      <TagDot color={tag.color} />
                      <bdi>{tag.name}</bdi>
                    </span>
                  ))}
                </span>
                <time className="soft" dateTime={contact.createdAt}>
                  {shortTime(contact.createdAt, language)}
                </time>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
