import { type KeyboardEvent, type RefObject, useState } from "react";
import { Icon } from "../ui/icon.tsx";
import { useWords } from "../words/language.ts";
import { type Result, resultsOf, type Target } from "./results.tsx";
import { useSearch } from "./use_search.ts";
import { words } from "./words.ts";

/** The field keeps the focus while arrows go through the results. */
export function SearchBox({
  field,
  query,
  results,
  activeId,
  onQuery,
  onActivate,
  onOpen,
  onLeave,
}: {
  field: RefObject<HTMLInputElement | null>;
  query: string;
  results: readonly Result[];
  activeId: string | null;
  onQuery: (query: string) => void;
  onActivate: (id: string | null) => void;
  onOpen: (target: Target) => void;
  /** Escape in an empty field. */
  onLeave: () => void;
}) {
  const texts = useWords(words);
  const at = results.findIndex(({ id }) => id === activeId);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next =
        results[event.key === "ArrowDown" ? Math.min(at + 1, results.length - 1) : Math.max(at - 1, 0)];
      onActivate(next?.id ?? null);
      document.getElementById(`result-${next?.id}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter" && results.length > 0) onOpen(results[Math.max(at, 0)]!.target);
    else if (event.key === "Escape") {
      if (query === "") onLeave();
      onQuery("");
    } else return;
    event.preventDefault();
  };
  const isOpen = query.trim() !== "";
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to React's types
    <div className="search-box" role="search">
      <Icon name="search" />
      <input
        ref={field}
        className="input"
        type="search"
        role="combobox"
        aria-label={texts.search}
        aria-expanded={isOpen && results.length > 0}
        aria-controls="search-results"
        aria-activedescendant={at >= 0 ? `result-${activeId}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        placeholder={texts.search}
        maxLength={200}
        value={query}
        onChange={({ target }) => onQuery(target.value)}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}

/** What is searched for, what was found, and which result is active. */
export function useSearchState() {
  const [query, setQuery] = useState("");
  const [activeId, setActiveId] = useState<string | null>(null);
  const { found, more } = useSearch(query);
  return {
    query,
    setQuery: (next: string) => {
      setQuery(next);
      setActiveId(null);
    },
    activeId,
    setActiveId,
    found,
    more,
    results: found ? resultsOf(found) : [],
    isOpen: query.trim() !== "",
  };
}
