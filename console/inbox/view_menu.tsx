import { useQuery } from "urql";
import { Link } from "../routing/link.tsx";
import { Icon } from "../ui/icon.tsx";
import { Popover } from "../ui/popover.tsx";
import { TagDot } from "../ui/tag_dot.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { VIEWS } from "./documents.ts";
import { pathOf } from "./use_choice.ts";
import type { Lookups } from "./use_lookups.ts";
import { COUNTED_VIEWS, useViewCounts } from "./use_view_counts.ts";
import { BUILT_IN_VIEWS, type Choice, isBuiltIn, usualState } from "./views.ts";
import { words } from "./words.ts";

const NARROWED_BY_NOTHING = { tag: null, channel: null, team: null, assignee: null } as const;

/** The name of what is listed, and all other views. */
export function ViewMenu({
  choice,
  conversationId,
  lookups,
}: {
  choice: Choice;
  conversationId: string | null;
  lookups: Lookups;
}) {
  const texts = useWords(words);
  return (
    <Popover
      label={texts.view}
      className="button quiet view-button"
      hasText
      trigger={
        <>
          <span className="text">{useViewName(choice, lookups)}</span>
          <Icon name="down" />
        </>
      }
    >
      {(close) => (
        <AllViews choice={choice} conversationId={conversationId} lookups={lookups} onChosen={close} />
      )}
    </Popover>
  );
}

/** What is listed, in words. */
export function useViewName(choice: Choice, lookups: Lookups): string {
  const texts = useWords(words);
  const [{ data }] = useQuery({ query: VIEWS, pause: isBuiltIn(choice.view) });
  const named = (list: readonly { id: string; name: string }[], id: string | null) =>
    list.find((each) => each.id === id)?.name;
  if (!isBuiltIn(choice.view))
    return data?.views?.nodes.find(({ id }) => id === choice.view)?.name ?? texts.view;
  const narrowed =
    named(lookups.tags, choice.tag) ??
    named(lookups.channels, choice.channel) ??
    named(lookups.teams, choice.team) ??
    lookups.members.find(({ userId }) => userId === choice.assignee)?.user?.name;
  return choice.view === "all" && narrowed ? narrowed : texts.views[choice.view];
}

function AllViews({
  choice,
  conversationId,
  lookups: { tags, channels, teams },
  onChosen,
}: {
  choice: Choice;
  conversationId: string | null;
  lookups: Lookups;
  onChosen: () => void;
}) {
  const texts = useWords(words);
  const counts = useViewCounts();
  const [{ data }] = useQuery({ query: VIEWS, requestPolicy: "cache-and-network" });
  const saved = data?.views?.nodes.filter(({ kind }) => kind === "conversations") ?? [];
  const entry = (changes: Partial<Choice>, label: string, count?: number | null, color?: string | null) => {
    const view = changes.view ?? "all";
    const to: Choice = { ...NARROWED_BY_NOTHING, state: usualState(view), ...changes, view };
    const path = pathOf(to, conversationId);
    return (
      <li key={path}>
        <Link
          to={path}
          className="view-link"
          aria-current={path === pathOf(choice, conversationId) ? "true" : undefined}
          onClick={onChosen}
        >
          {color !== undefined && <TagDot color={color} />}
          <span className="text" dir="auto">
            {label}
          </span>
          {count ? <Count count={count} /> : null}
        </Link>
      </li>
    );
  };
  const group = (title: string, entries: readonly React.ReactNode[]) =>
    entries.length > 0 && (
      <section>
        <h2>{title}</h2>
        <ul>{entries}</ul>
      </section>
    );
  const ofView = ({ id, name, count }: (typeof saved)[number]) => entry({ view: id }, name, count);
  return (
    <div className="view-list">
      <ul>
        {BUILT_IN_VIEWS.map((view) =>
          entry({ view }, texts.views[view], COUNTED_VIEWS.has(view) ? counts[view] : null),
        )}
      </ul>
      {group(texts.ownViews, saved.filter(({ userId }) => userId !== null).map(ofView))}
      {group(texts.sharedViews, saved.filter(({ userId }) => userId === null).map(ofView))}
      {group(
        texts.byTeam,
        teams.map(({ id, name }) => entry({ team: id }, name)),
      )}
      {group(
        texts.byTag,
        tags.map(({ id, name, color }) => entry({ tag: id }, name, null, color)),
      )}
      {channels.length > 1 &&
        group(
          texts.byChannel,
          channels.map(({ id, name }) => entry({ channel: id }, name)),
        )}
    </div>
  );
}

function Count({ count }: { count: number }) {
  const language = useLanguage();
  const isMore = count >= 1000;
  return (
    <span className="badge">
      {count.toLocaleString(language)}
      {isMore && "+"}
    </span>
  );
}
