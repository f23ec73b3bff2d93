import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef } from "react";
import { Button } from "../ui/button.tsx";
import { useWords } from "../words/language.ts";
import { useNow } from "../words/use_now.ts";
import type { Row } from "./documents.ts";
import { RowContent } from "./row.tsx";
import { useHold } from "./use_hold.ts";
import { words } from "./words.ts";

/** As in inbox.css. */
const ROW_HEIGHT = 80;
const OVERSCAN = 8;
/** The next page is loaded when so many rows are left. */
const LOAD_AHEAD = 20;

export type ListProps = {
  rows: readonly Row[];
  hasMore: boolean;
  newCount: number;
  activeId: string | null;
  openId: string | null;
  selected: ReadonlySet<string>;
  showsChannel: boolean;
  onActivate: (id: string) => void;
  onOpen: (id: string) => void;
  onToggle: (id: string) => void;
  onExtend: (id: string) => void;
  onLoadMore: () => void;
  onHold: (isHeld: boolean) => void;
  onSettle: () => void;
};

/** The rows that are in sight, of as many as there may be. One of them is active: the keys of the list act on it. */
export function List(props: ListProps) {
  const { rows, hasMore, activeId, openId, selected, onActivate, onOpen, onToggle, onExtend } = props;
  const texts = useWords(words);
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: (index) => rows[index]!.id,
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const isNearEnd = hasMore && last >= rows.length - LOAD_AHEAD;
  const { onLoadMore } = props;
  // Asked again with each page, because a page may leave the end in sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: see above
  useEffect(() => {
    if (isNearEnd) onLoadMore();
  }, [isNearEnd, rows.length, onLoadMore]);

  const activeIndex = rows.findIndex(({ id }) => id === activeId);
  const shownId = useRef<string | null>(null);
  useEffect(() => {
    // Only another active row is scrolled to, not one that has moved.
    if (activeIndex < 0 || shownId.current === activeId) return;
    shownId.current = activeId;
    virtualizer.scrollToIndex(activeIndex, { align: "auto" });
  }, [activeIndex, activeId, virtualizer]);

  const move = (index: number, isExtending: boolean) => {
    const row = rows[Math.max(0, Math.min(index, rows.length - 1))];
    if (!row) return;
    if (isExtending && activeId) onExtend(activeId);
    onActivate(row.id);
    if (isExtending) onExtend(row.id);
  };
  const hold = useHold(props.onHold);
  const onKeyDown = (event: KeyboardEvent) => {
    hold.onKeyDown();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW_HEIGHT) - 1);
    const target = {
      ArrowDown: activeIndex + 1,
      ArrowUp: activeIndex < 0 ? 0 : activeIndex - 1,
      Home: 0,
      End: rows.length - 1,
      PageDown: activeIndex + page,
      PageUp: activeIndex - page,
    }[event.key];
    if (target !== undefined) move(target, event.shiftKey);
    else if (event.key === "Enter" && activeId) onOpen(activeId);
    else if (event.key === " " && activeId) onToggle(activeId);
    else return;
    event.preventDefault();
  };
  const onClick = (event: MouseEvent, id: string) => {
    onActivate(id);
    if (event.shiftKey) onExtend(id);
    else if (event.metaKey || event.ctrlKey || isCheck(event.target)) onToggle(id);
    else onOpen(id);
  };

  return (
    // With the button for what is new: on the way to it the list must not settle.
    <div className="inbox-list" onPointerMove={hold.onPointerMove} onPointerLeave={hold.onPointerLeave}>
      {props.newCount > 0 && (
        <Button
          className="new-rows"
          icon="up"
          onClick={() => {
            props.onSettle();
            virtualizer.scrollToOffset(0);
          }}
        >
          {texts.newRows(props.newCount)}
        </Button>
      )}
      <div
        ref={scroller}
        className="rows"
        role="listbox"
        aria-label={texts.conversations}
        aria-multiselectable="true"
        aria-activedescendant={
          items.some(({ index }) => index === activeIndex) ? `row-${activeId}` : undefined
        }
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={hold.onBlur}
        // Not by the pointer: what it clicks must stay where it is.
        onFocus={({ currentTarget }) => {
          if (activeIndex < 0 && rows[0] && currentTarget.matches(":focus-visible"))
            onActivate(openId ?? rows[0].id);
        }}
      >
        <div role="presentation" style={{ blockSize: virtualizer.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const row = rows[index]!;
            return (
              // The keyboard is handled by the list, which has the focus.
              // biome-ignore lint/a11y/useKeyWithClickEvents: see above
              // biome-ignore lint/a11y/useFocusableInteractive: see above
              <div
                key={key}
                id={`row-${row.id}`}
                role="option"
                aria-selected={selected.has(row.id)}
                aria-current={row.id === openId ? "true" : undefined}
                aria-posinset={index + 1}
                aria-setsize={hasMore ? -1 : rows.length}
                className="inbox-row"
                data-active={row.id === activeId || undefined}
                data-unread={row.unreadCount > 0 || undefined}
                style={{ transform: `translateY(${start}px)` }}
                onClick={(event) => onClick(event, row.id)}
                onPointerDown={(event) => event.shiftKey && event.preventDefault()}
              >
                <RowContent
                  row={row}
                  isSelected={selected.has(row.id)}
                  showsChannel={props.showsChannel}
                  now={now}
                />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function isCheck(target: EventTarget): boolean {
  return target instanceof Element && target.closest("[data-check]") !== null;
}
