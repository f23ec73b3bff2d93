import { useEffect, useState } from "react";
import { useQuery } from "urql";
import { Icon } from "../ui/icon.tsx";
import { useWords } from "../words/language.ts";
import type { Choice } from "./choice.ts";
import { GROUPS_AND_TAGS } from "./documents.ts";
import { words } from "./words.ts";

const STATUSES = ["active", "blocked", "invalid", "inactive"] as const;
/** Typing pauses so long before the list changes. */
const PAUSE_MS = 250;

export function Filters({
  choice,
  onChange,
}: {
  choice: Choice;
  onChange: (changes: Partial<Choice>) => void;
}) {
  const texts = useWords(words);
  const [{ data }] = useQuery({ query: GROUPS_AND_TAGS, requestPolicy: "cache-and-network" });
  const [query, setQuery] = useState(choice.query);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed is waited for
  useEffect(() => {
    if (query === choice.query) return;
    const timer = setTimeout(() => onChange({ query }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [query]);
  const select = (
    field: "status" | "tag" | "group" | "segment",
    options: readonly (readonly [string, string])[],
  ) =>
    options.length > 0 && (
      <label>
        <span>{texts[field]}</span>
        <select
          className="input"
          value={choice[field] ?? ""}
          onChange={({ target }) => onChange({ [field]: target.value || null })}
        >
          <option value="">{texts.any}</option>
          {options.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </label>
    );
  const named = (rows: readonly { id: string; name: string }[] = []) =>
    [...rows]
      .sort((one, other) => one.name.localeCompare(other.name))
      .map(({ id, name }) => [id, name] as const);
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to React's types
    <div className="contact-filters" role="search">
      <div className="search-box">
        <Icon name="search" />
        <input
          className="input"
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          maxLength={200}
          value={query}
          onChange={({ target }) => setQuery(target.value)}
        />
      </div>
      {select(
        "status",
        STATUSES.map((status) => [status, texts.statuses[status]] as const),
      )}
      {select("tag", named(data?.tags?.nodes))}
      {select("group", named(data?.groups?.nodes))}
      {select("segment", named(data?.segments?.nodes))}
    </div>
  );
}
