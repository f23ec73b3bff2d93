import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { IconButton } from "../../ui/button.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { MessageBubble } from "../bubble/bubble.tsx";
import { Notice } from "../bubble/notice.tsx";
import { UnsentBubble } from "../bubble/unsent_bubble.tsx";
import { formatDay } from "../times.ts";
import { words } from "../words.ts";
import type { Row } from "./rows.ts";

/** How near its ends the thread loads the next page, in pixels. */
const NEAR = 800;
const END = 80;
/** How long a message is marked to which one has gone. */
const MARKED_MS = 2_000;

export type TimelineHandle = {
  /** Scrolls to a message that is loaded, and marks it for a moment. */
  show: (messageId: string) => void;
  /** Scrolls to the message that is about to be added at the end. */
  follow: () => void;
};

/**
 * The lines of the thread, of which only those near the window are drawn. It stays at its end while messages arrive, and where it is
 * while older ones are loaded above.
 */
export function Timeline({
  ref,
  rows,
  label,
  hasOlder,
  hasNewer,
  onOlder,
  onNewer,
  onEnd,
  onToEnd,
}: {
  ref: Ref<TimelineHandle>;
  rows: readonly Row[];
  label: string;
  hasOlder: boolean;
  hasNewer: boolean;
  onOlder: () => void;
  onNewer: () => void;
  /** Whether the end of the thread is in sight. */
  onEnd: (isAtEnd: boolean) => void;
  /** Loads the end, if it is not loaded. */
  onToEnd: () => void;
}) {
  const texts = useWords(words);
  const scroller = useRef<HTMLDivElement>(null);
  const [marked, setMarked] = useState<string | null>(null);
  const [isAtEnd, setAtEnd] = useState(true);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    getItemKey: useCallback((at: number) => rows[at]?.key ?? at, [rows]),
    estimateSize: useCallback((at: number) => (rows[at]?.kind === "message" ? 64 : 36), [rows]),
    overscan: 8,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END,
    paddingStart: 16,
    paddingEnd: 16,
  });
  const toEnd = () => virtualizer.scrollToIndex(rows.length - 1, { align: "end" });
  const latest = useRef({ rows, toEnd });
  latest.current = { rows, toEnd };
  /** Where to go once it is loaded and drawn: a message, or the end. */
  const pending = useRef<string | "end" | null>(null);
  const goToPending = () => {
    if (pending.current === null) return;
    const to = pending.current;
    if (to === "end") latest.current.toEnd();
    else {
      const at = latest.current.rows.findIndex((row) => row.kind === "message" && row.message.id === to);
      if (at < 0) return;
      virtualizer.scrollToIndex(at, { align: "center" });
      setMarked(to);
      setTimeout(() => setMarked((now) => (now === to ? null : now)), MARKED_MS);
    }
    pending.current = null;
  };
  const goTo = (messageId: string) => {
    pending.current = messageId;
    goToPending();
  };
  const follow = () => {
    pending.current = "end";
    if (hasNewer) onToEnd();
  };
  useImperativeHandle(ref, () => ({ show: goTo, follow }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was waited for may have come
  useEffect(goToPending, [rows]);
  // It opens at the line above the unread messages, or at its end.
  const isOpened = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when there are rows
  useLayoutEffect(() => {
    if (isOpened.current || rows.length === 0) return;
    isOpened.current = true;
    const line = rows.findIndex(({ kind }) => kind === "new");
    if (line >= 0) virtualizer.scrollToIndex(line, { align: "start" });
    else toEnd();
  }, [rows.length]);
  const look = () => {
    const element = scroller.current;
    if (!element || !isOpened.current) return;
    const left = element.scrollHeight - element.scrollTop - element.clientHeight;
    if (element.scrollTop < NEAR && hasOlder) onOlder();
    if (left < NEAR && hasNewer) onNewer();
    setAtEnd(left < END && !hasNewer);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows that are new may fill the window, or not
  useEffect(look, [rows, hasOlder, hasNewer]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: reported when it changes
  useEffect(() => onEnd(isAtEnd), [isAtEnd, rows]);
  return (
    <div className="timeline">
      {/* New messages are announced beside it: what is drawn while scrolling is not new. */}
      <div
        ref={scroller}
        className="scroller"
        role="log"
        aria-live="off"
        aria-label={label}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard
        tabIndex={0}
        onScroll={look}
      >
        <div className="lines" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (!row) return null;
            const isMarked = row.kind === "message" && row.message.id === marked;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={isMarked ? "line marked" : "line"}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Line row={row} />
              </div>
            );
          })}
        </div>
      </div>
      {!isAtEnd && (
        <IconButton
          className="to-end"
          look="primary"
          icon="down"
          label={texts.toEnd}
          onClick={() => (hasNewer ? follow() : toEnd())}
        />
      )}
    </div>
  );
}

function Line({ row }: { row: Row }) {
  const texts = useWords(words);
  const language = useLanguage();
  switch (row.kind) {
    case "day":
      return (
        <p className="day">
          <span>{formatDay(row.at, new Date(), language)}</span>
        </p>
      );
    case "new":
      return (
        <p className="new-line">
          <span>{texts.newMessages}</span>
        </p>
      );
    case "message":
      return row.message.type === "system" ? (
        <Notice message={row.message} />
      ) : (
        <MessageBubble message={row.message} isFirst={row.isFirst} chosen={row.chosen} />
      );
    case "unsent":
      return <UnsentBubble unsent={row.unsent} isFirst={row.isFirst} />;
    default:
      return row satisfies never;
  }
}
