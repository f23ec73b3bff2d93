import { useEffect, useState } from "react";
import type { ResultOf } from "../graphql/graphql.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import type { ManageProps } from "./block_dialog.tsx";
import { FIND_CONTACTS, MERGE, PREVIEW_MERGE } from "./documents.ts";
import { nameOf, phoneOf } from "./name.ts";
import { words } from "./words.ts";

type Found = NonNullable<ResultOf<typeof FIND_CONTACTS>["searchContacts"]>["nodes"][number];
type Preview = NonNullable<ResultOf<typeof PREVIEW_MERGE>["previewContactMerge"]>["contactMerge"];

/** Finds another contact, shows what merging it would do, and does it. */
export function MergeDialog({ contact, onClose, onDone }: ManageProps) {
  const texts = useWords(words);
  const connection = useConnection();
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<readonly Found[]>([]);
  const [chosen, setChosen] = useState<{ other: Found; preview: Preview } | null>(null);
  useEffect(() => {
    if (query.trim().length < 2) return setFound([]);
    const timer = setTimeout(() => {
      connection
        .query(FIND_CONTACTS, { query })
        .then(({ searchContacts }) => setFound(searchContacts?.nodes ?? []), showProblem);
    }, 200);
    return () => clearTimeout(timer);
  }, [connection, query]);
  const choose = async (other: Found) => {
    try {
      const ids = { keptId: contact.id, mergedId: other.id };
      const { previewContactMerge } = await connection.mutate(PREVIEW_MERGE, ids);
      if (previewContactMerge) setChosen({ other, preview: previewContactMerge.contactMerge });
    } catch (error) {
      showProblem(error);
    }
  };
  const merge = async () => {
    try {
      await connection.mutate(MERGE, { keptId: contact.id, mergedId: chosen!.other.id });
      showToast(texts.merged);
      onClose();
      onDone();
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <Dialog title={texts.merge} onClose={onClose}>
      <p>{texts.mergeText}</p>
      <Field label={texts.mergeSearch}>
        {(given) => (
          <input
            {...given}
            className="input"
            type="search"
            autoComplete="off"
            value={query}
            onChange={({ target }) => {
              setQuery(target.value);
              setChosen(null);
            }}
          />
        )}
      </Field>
      {chosen === null ? (
        <ul className="found-contacts">
          {found
            .filter(({ id }) => id !== contact.id)
            .map((other) => (
              <li key={other.id}>
                <Button look="quiet" onClick={() => void choose(other)}>
                  <span dir="auto">{nameOf(other)}</span>
                  <span className="soft">{phoneOf(other.phone) || other.email}</span>
                </Button>
              </li>
            ))}
        </ul>
      ) : (
        <Outcome preview={chosen.preview} />
      )}
      <div className="actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        {chosen && (
          <Button look="danger" onClick={() => void merge()}>
            {texts.mergeChosen(nameOf(chosen.other))}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

function Outcome({ preview: { movedConversations, joinedConversations, discarded } }: { preview: Preview }) {
  const texts = useWords(words);
  const lost = Object.entries((discarded ?? {}) as Record<string, unknown>);
  return (
    <div className="notice warning">
      <div className="stack">
        {movedConversations > 0 && <p>{texts.mergeMoves(movedConversations)}</p>}
        {joinedConversations > 0 && <p>{texts.mergeJoins(joinedConversations)}</p>}
        {lost.length > 0 && (
          <>
            <p>{texts.mergeDiscards}</p>
            <dl className="facts">
              {lost.map(([key, value]) => (
                <div key={key}>
                  <dt>{key}</dt>
                  <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </div>
    </div>
  );
}
