import { type FormEvent, useState } from "react";
import { useQuery } from "urql";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { go } from "../routing/location.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Confirm } from "../ui/form/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { AudienceCount } from "./audience_count.tsx";
import { CREATE_SEGMENT, DELETE_SEGMENT, SEGMENT, UPDATE_SEGMENT } from "./audience_documents.ts";
import { buildFilter, emptyCombination, isComplete, parseFilter } from "./filter_builder/filter.ts";
import { FilterBuilder } from "./filter_builder/filter_builder.tsx";
import { words } from "./words.ts";

/** A segment, or a new one. */
export function SegmentPage({ id }: { id: string | null }) {
  const texts = useWords(words);
  const [{ data, error }] = useQuery({ query: SEGMENT, variables: { id: id ?? "" }, pause: id === null });
  return (
    <div className="page">
      <Link to="audiences" className="row back-link">
        <Icon name="back" />
        {texts.backToSegments}
      </Link>
      {id === null ? (
        <SegmentForm segment={null} />
      ) : error && !data ? (
        <Failed message={problemOf(error).message} />
      ) : !data ? (
        <Loading label={texts.loading} />
      ) : data.segment ? (
        <SegmentForm segment={data.segment} />
      ) : (
        <Empty icon="filter" title={texts.notFound} />
      )}
    </div>
  );
}

type Segment = { id: string; name: string; description: string | null; filter: unknown };

function SegmentForm({ segment }: { segment: Segment | null }) {
  const texts = useWords(words);
  const connection = useConnection();
  const isAgent = useMay("agent");
  const isAdmin = useMay("admin");
  const [name, setName] = useState(segment?.name ?? "");
  const [description, setDescription] = useState(segment?.description ?? "");
  const [part, setPart] = useState(() => (segment ? parseFilter(segment.filter) : emptyCombination()));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isDeleting, setDeleting] = useState(false);
  const filter = isComplete(part) ? buildFilter(part) : null;
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const values = { name, description: description || null, filter: buildFilter(part) };
    try {
      if (segment) await connection.mutate(UPDATE_SEGMENT, { id: segment.id, patch: values });
      else {
        const { createSegment } = await connection.mutate(CREATE_SEGMENT, { segment: values });
        go(`audiences/segments/${createSegment?.segment.id}`, { isReplaced: true });
      }
      setProblem(null);
      showToast(texts.saved);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const remove = async () => {
    try {
      await connection.mutate(DELETE_SEGMENT, { id: segment!.id });
      go("audiences", { isReplaced: true });
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <form onSubmit={(event) => void save(event)}>
      <header className="row spread wrap audience-head">
        <h1>{segment ? segment.name : texts.newSegment}</h1>
        <div className="row wrap">
          {segment && isAdmin && (
            <Button look="danger" icon="trash" onClick={() => setDeleting(true)}>
              {texts.remove}
            </Button>
          )}
          {isAgent && (
            <Button look="primary" type="submit" disabled={filter === null}>
              {texts.save}
            </Button>
          )}
        </div>
      </header>
      {problem && <Failed message={`${problem.message} (${problem.code})`} />}
      <div className="audience">
        <fieldset className="stack" disabled={!isAgent}>
          <div className="pair">
            <Field label={texts.name}>
              {(given) => (
                <input
                  {...given}
                  className="input"
                  required
                  maxLength={255}
                  value={name}
                  onChange={({ target }) => setName(target.value)}
                />
              )}
            </Field>
            <Field label={texts.description}>
              {(given) => (
                <input
                  {...given}
                  className="input"
                  maxLength={2000}
                  value={description}
                  onChange={({ target }) => setDescription(target.value)}
                />
              )}
            </Field>
          </div>
          <h2>{texts.conditions}</h2>
          <FilterBuilder kind="contacts" part={part} onChange={setPart} />
        </fieldset>
        <aside className="card" aria-label={texts.matching}>
          <h2>{texts.matching}</h2>
          <AudienceCount filter={filter} />
        </aside>
      </div>
      {isDeleting && (
        <Confirm
          title={texts.removeSegment(segment!.name)}
          action={texts.remove}
          isDanger
          onConfirm={() => void remove()}
          onClose={() => setDeleting(false)}
        >
          <p>{texts.removeSegmentHint}</p>
        </Confirm>
      )}
    </form>
  );
}
