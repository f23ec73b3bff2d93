import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useConnection, useLiveRows } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useDebounced } from "../ui/use_debounced.ts";
import { useReload } from "../ui/use_reload.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { NewTemplate } from "./new_template.tsx";
import { QualityBadge, StatusBadge } from "./status_badge.tsx";
import { SYNC_TEMPLATES, TEMPLATES } from "./template_documents.ts";
import { words } from "./words.ts";

type Status = keyof typeof words.en.status;
type Category = keyof typeof words.en.category;

export function TemplateList() {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const [isCreating, setCreating] = useState(false);
  const [search, setSearch] = useState("");
  const [status, setStatus] = useState<Status | "">("");
  const [category, setCategory] = useState<Category | "">("");
  const name = useDebounced(search.trim().toLowerCase(), 200);
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const filter = {
    ...(name && { name: { includesInsensitive: name } }),
    ...(status && { status: { equalTo: status } }),
    ...(category && { category: { equalTo: category } }),
  };
  const isFiltered = Object.keys(filter).length > 0;
  const sync = async () => {
    try {
      const { syncTemplates } = await connection.mutate(SYNC_TEMPLATES, {});
      showToast(texts.syncing(format.number(syncTemplates?.accounts ?? 0)));
    } catch (error) {
      showProblem(error);
    }
  };
  const change =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      set(value);
      setCursors([null]);
    };
  return (
    <div className="page">
      <header>
        <div>
          <h1>{texts.title}</h1>
          <p className="soft">{texts.about}</p>
        </div>
        {isAdmin && (
          <div className="row wrap">
            <Button icon="refresh" onClick={() => void sync()}>
              {texts.sync}
            </Button>
            <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
              {texts.create}
            </Button>
          </div>
        )}
      </header>
      <div className="row wrap filters">
        <input
          className="input"
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          value={search}
          onChange={({ target }) => change(setSearch)(target.value)}
        />
        <Choice label={texts.allStatuses} names={texts.status} value={status} onChange={change(setStatus)} />
        <Choice
          label={texts.allCategories}
          names={texts.category}
          value={category}
          onChange={change(setCategory)}
        />
      </div>
      {cursors.map((after, i) => (
        <TemplatePage
          // biome-ignore lint/suspicious/noArrayIndexKey: pages follow each other
          key={`${i} ${JSON.stringify(filter)}`}
          after={after}
          filter={filter}
          isFirst={i === 0}
          isFiltered={isFiltered}
          onMore={i === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
        />
      ))}
      {isCreating && <NewTemplate onClose={() => setCreating(false)} />}
    </div>
  );
}

/** One of the choices, or any. */
function Choice<Value extends string>({
  label,
  names,
  value,
  onChange,
}: {
  label: string;
  names: Record<Value, string>;
  value: Value | "";
  onChange: (value: Value | "") => void;
}) {
  return (
    <select
      className="input narrow"
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value as Value | "")}
    >
      <option value="">{label}</option>
      {(Object.entries(names) as [Value, string][]).map(([each, text]) => (
        <option key={each} value={each}>
          {text}
        </option>
      ))}
    </select>
  );
}

function TemplatePage({
  after,
  filter,
  isFirst,
  isFiltered,
  onMore,
}: {
  after: string | null;
  filter: object;
  isFirst: boolean;
  isFiltered: boolean;
  onMore: ((cursor: string) => void) | null;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const [{ data, error, fetching }, reload] = useQuery({ query: TEMPLATES, variables: { after, filter } });
  const known = new Set(data?.templates?.nodes.map(({ id }) => id));
  const reloadSoon = useReload(reload);
  // Events bring the id and the status only; a template that is not known yet may belong to the first page.
  useLiveRows("template", ({ id }) => (isFirst || known.has(id)) && reloadSoon());
  useLiveRows("deleted", ({ id }) => known.has(id) && reloadSoon());
  if (error && !data) return <Failed message={problemOf(error).message} />;
  if (!data) return fetching ? <Loading label={texts.loading} /> : null;
  const { nodes, pageInfo } = data.templates ?? { nodes: [], pageInfo: null };
  const problems = isFirst
    ? (data.whatsappChannels?.nodes ?? []).filter((each) => each.templatesProblem)
    : [];
  if (nodes.length === 0 && isFirst)
    return (
      <Empty icon="template" title={isFiltered ? texts.noMatch : texts.none}>
        {!isFiltered && texts.noneHint}
      </Empty>
    );
  return (
    <>
      {problems.map(({ channelId, verifiedName, templatesProblem }) => (
        <Failed key={channelId} message={`${verifiedName ?? ""} ${templatesProblem}`} />
      ))}
      <ul className="template-list">
        {nodes.map((template) => (
          <li key={template.id}>
            <Link to={`templates/${template.id}`}>
              <span className="row spread">
                <strong>{template.name}</strong>
                <span className="row">
                  <QualityBadge rating={template.qualityRating} />
                  <StatusBadge status={template.status} />
                </span>
              </span>
              <span className="body" dir="auto">
                {template.body}
              </span>
              <span className="row soft small">
                <span>{template.language}</span>
                {template.category && <span>{texts.category[template.category]}</span>}
                <span>{format.date(template.updatedAt)}</span>
              </span>
              {template.statusReason && (
                <span className="small problem">
                  {texts.reason}: {template.statusReason}
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
      {pageInfo?.hasNextPage && onMore && (
        <p className="center">
          <Button onClick={() => onMore(pageInfo.endCursor!)}>{texts.more}</Button>
        </p>
      )}
    </>
  );
}
