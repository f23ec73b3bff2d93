import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { Failed } from "../ui/states.tsx";
import { useDebounced } from "../ui/use_debounced.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { PREVIEW_SEGMENT } from "./audience_documents.ts";
import { useContactName } from "./contact_name.ts";
import { words } from "./words.ts";

const AFTER_MS = 400;

/** How many contacts a filter matches now, and the newest of them. Null: the filter is not complete. */
export function AudienceCount({ filter }: { filter: unknown }) {
  const texts = useWords(words);
  const format = useFormat();
  const nameOf = useContactName();
  // As text: equal filters are one question.
  const asked = useDebounced(filter === null ? null : JSON.stringify(filter), AFTER_MS);
  const [{ data, error, fetching }] = useQuery({
    query: PREVIEW_SEGMENT,
    variables: { filter: asked === null ? null : JSON.parse(asked) },
    pause: asked === null,
    requestPolicy: "cache-and-network",
  });
  if (filter === null) return <p className="soft">{texts.incomplete}</p>;
  const preview = data?.previewSegment;
  return (
    <div className="audience-count" aria-busy={fetching}>
      <p className="count" role="status">
        {preview && !error
          ? preview.count === 1
            ? texts.oneContact
            : texts.contacts(format.number(preview.count))
          : error
            ? "–"
            : texts.counting}
      </p>
      {error && <Failed message={problemOf(error).message} />}
      {preview && !error && (
        <>
          <h3 className="soft">{preview.count === 0 ? texts.nobody : texts.sample}</h3>
          <ul className="sample">
            {preview.sample.map((contact) => {
              const { name, detail } = nameOf(contact);
              return (
                <li key={contact.id}>
                  <span dir="auto">{name}</span> <span className="soft small">{detail}</span>
                </li>
              );
            })}
          </ul>
        </>
      )}
    </div>
  );
}
