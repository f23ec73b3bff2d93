import { useCallback, useMemo, useRef, useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { go } from "../routing/location.ts";
import { useMay } from "../session/member.ts";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { type Action, act, type Failure } from "./actions.ts";
import { BulkBar } from "./bulk_bar.tsx";
import type { Row } from "./documents.ts";
import { Failures } from "./failures.tsx";
import { Filters } from "./filters.tsx";
import { List } from "./list.tsx";
import { NoRows } from "./no_rows.tsx";
import { NotificationButton } from "./notification_button.tsx";
import { Results, type Target } from "./results.tsx";
import { SearchBox, useSearchState } from "./search_box.tsx";
import { extendTo, keepOnly, NOTHING_SELECTED, toggle } from "./selection.ts";
import { pathOf } from "./use_choice.ts";
import { useConversations } from "./use_conversations.ts";
import { useListKeys } from "./use_list_keys.ts";
import { useLookups } from "./use_lookups.ts";
import { ViewMenu } from "./view_menu.tsx";
import type { Choice } from "./views.ts";
import { words } from "./words.ts";

/** The list with what belongs to it: views, filters, search, and the actions on several conversations. */
export function ListPane({ choice, openId }: { choice: Choice; openId: string | null }) {
  const texts = useWords(words);
  const mayAct = useMay("agent");
  const connection = useConnection();
  const lookups = useLookups();
  const { list, state } = useConversations(choice);
  const [activeId, setActiveId] = useState<string | null>(openId);
  const [chosen, setChosen] = useState(NOTHING_SELECTED);
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const search = useSearchState();
  const pane = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);

  const { rows } = state;
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const selection = useMemo(() => keepOnly(chosen, new Set(ids)), [chosen, ids]);
  const selected = rows.filter(({ id }) => selection.ids.has(id));
  const focusList = () => pane.current?.querySelector<HTMLElement>("[role=listbox]")?.focus();
  const endSelection = () => {
    setChosen(NOTHING_SELECTED);
    focusList();
  };
  const open = (id: string) => go(pathOf(choice, id));
  const openResult = (target: Target) => {
    if ("contactId" in target) return go(`contacts/${target.contactId}`);
    const query = pathOf(choice, target.conversationId);
    if (target.messageId === null) return go(query);
    go(`${query}${query.includes("?") ? "&" : "?"}message=${target.messageId}`);
  };
  const run = async (action: Action, targets: readonly Row[]) => {
    const next = rowAfter(rows, targets);
    try {
      const failed = await act(connection, action, targets);
      const count = targets.length - failed.length;
      if (count > 0) showToast(texts.done[action.kind](count));
      if (failed.length === 1 && failed[0]?.code === "PYTAK") showToast(texts.taken);
      else setFailures(failed);
      endSelection();
      await list?.refreshNow(targets.map(({ id }) => id));
      if (next && !list?.state.rows.some(({ id }) => id === activeId)) setActiveId(next.id);
    } catch (error) {
      showProblem(error);
    }
  };
  useListKeys({
    rows,
    selected,
    activeId,
    openId,
    onActivate: (id) => {
      setActiveId(id);
      focusList();
    },
    onToggle: (id) => setChosen(toggle(selection, id)),
    onEnd: endSelection,
    onAct: (action, targets) => void run(action, targets),
    onAssign: () => pane.current?.querySelector<HTMLElement>(".bulk-bar .assign")?.click(),
    onSearch: () => field.current?.focus(),
  });

  const loadMore = useCallback(() => void list?.loadMore(), [list]);
  return (
    <div className="list-pane" ref={pane}>
      <div className="list-head">
        <div className="row">
          <ViewMenu choice={choice} conversationId={openId} lookups={lookups} />
          <Filters choice={choice} conversationId={openId} lookups={lookups} />
          <NotificationButton />
        </div>
        <SearchBox
          field={field}
          query={search.query}
          results={search.results}
          activeId={search.activeId}
          onQuery={search.setQuery}
          onActivate={search.setActiveId}
          onOpen={openResult}
          onLeave={focusList}
        />
      </div>
      {search.isOpen ? (
        <Results found={search.found} activeId={search.activeId} onOpen={openResult} onMore={search.more} />
      ) : rows.length === 0 ? (
        <NoRows choice={choice} state={state} onRetry={loadMore} />
      ) : (
        <List
          rows={rows}
          hasMore={state.hasMore}
          newCount={state.newCount}
          activeId={activeId}
          openId={openId}
          selected={selection.ids}
          showsChannel={lookups.channels.length > 1}
          onActivate={setActiveId}
          onOpen={open}
          onToggle={(id) => setChosen(toggle(selection, id))}
          onExtend={(id) => setChosen((before) => extendTo(before, id, ids))}
          onLoadMore={loadMore}
          onHold={(isHeld) => list?.hold(isHeld)}
          onSettle={() => list?.settle()}
        />
      )}
      {mayAct && selected.length > 0 && (
        <BulkBar
          count={selected.length}
          isClosed={selected.every(({ status }) => status === "closed")}
          lookups={lookups}
          onAct={(action) => void run(action, selected)}
          onEnd={endSelection}
        />
      )}
      {failures.length > 0 && <Failures failures={failures} onClose={() => setFailures([])} />}
    </div>
  );
}

/** The row that takes the place of those that leave the list: the one below the last of them. */
function rowAfter(rows: readonly Row[], leaving: readonly Row[]): Row | undefined {
  const gone = new Set(leaving);
  const last = rows.findLastIndex((row) => gone.has(row));
  return rows.slice(last + 1).find((row) => !gone.has(row)) ?? rows.findLast((row) => !gone.has(row));
}
