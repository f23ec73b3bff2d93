import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useConnection, useLiveRows } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { saveFile } from "../ui/save_file.ts";
import { Failed, Loading } from "../ui/states.tsx";
import { showProblem } from "../ui/toasts.tsx";
import { localeOf, useLanguage, useWords } from "../words/language.ts";
import { CANCEL_IMPORT, IMPORT_STATE, type ImportState, START_IMPORT } from "./documents.ts";
import { fetched } from "./export_contacts.ts";
import { words } from "./words.ts";

const MOST_ERRORS = 20;

/** An import while it is checked, when it has been checked, while it runs, and when it is done. */
export function ImportProgress({
  importId,
  onOtherFile,
  onClose,
}: {
  importId: string;
  onOtherFile: () => void;
  onClose: () => void;
}) {
  const texts = useWords(words);
  const locale = localeOf(useLanguage());
  const connection = useConnection();
  const [isStarting, setStarting] = useState(false);
  const [{ data, error }, ask] = useQuery({
    query: IMPORT_STATE,
    variables: { id: importId },
    requestPolicy: "network-only",
  });
  useLiveRows("import", ({ id }) => id === importId && ask({ requestPolicy: "network-only" }));
  const state = data?.import;
  if (error) return <Failed message={`${problemOf(error).message} (${problemOf(error).code})`} />;
  if (!state) return <Loading label={texts.loading} />;
  const number = (value: number) => value.toLocaleString(locale);
  const start = async () => {
    setStarting(true);
    try {
      await connection.mutate(START_IMPORT, { id: importId });
      ask({ requestPolicy: "network-only" });
    } catch (reason) {
      showProblem(reason);
    } finally {
      setStarting(false);
    }
  };
  const stop = () =>
    connection
      .mutate(CANCEL_IMPORT, { id: importId })
      .then(() => ask({ requestPolicy: "network-only" }), showProblem);
  if (state.status === "running")
    return (
      <div className="stack" role="status">
        <p>{state.isDryRun ? texts.checking : texts.importing}</p>
        <progress max={state.rowCount || 1} value={state.processedCount} aria-label={texts.importing} />
        <p className="soft">{texts.progress(number(state.processedCount), number(state.rowCount))}</p>
        <div className="actions">
          <Button onClick={() => void stop()}>{texts.stop}</Button>
        </div>
      </div>
    );
  const title =
    state.status === "cancelled" ? texts.cancelled : state.isDryRun ? texts.checked : texts.imported;
  const usable = state.rowCount - state.failedCount;
  return (
    <div className="stack">
      <p role="status">{title}</p>
      <dl className="import-counts">
        {(["created", "updated", "unchanged", "failed"] as const).map((key) => (
          <div key={key} data-failed={(key === "failed" && state.failedCount > 0) || undefined}>
            <dt>{texts[key]}</dt>
            <dd>{number(state[`${key}Count`])}</dd>
          </div>
        ))}
      </dl>
      {state.isDryRun && <Columns state={state} />}
      {state.failedCount > 0 && <Errors state={state} />}
      <div className="actions">
        {state.isDryRun && state.status === "completed" ? (
          <>
            <Button onClick={onOtherFile}>{texts.otherFile}</Button>
            <Button look="primary" disabled={isStarting || usable === 0} onClick={() => void start()}>
              {texts.start(number(usable))}
            </Button>
          </>
        ) : (
          <Button look="primary" onClick={onClose}>
            {texts.done}
          </Button>
        )}
      </div>
    </div>
  );
}

/** Where each column of the file goes. */
function Columns({ state: { header, columns } }: { state: ImportState }) {
  const texts = useWords(words);
  return (
    <details>
      <summary>{texts.columns}</summary>
      <dl className="facts">
        {header.map((name, at) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{columns[at] || <span className="soft">{texts.leftOut}</span>}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Errors({ state: { id, rows } }: { state: ImportState }) {
  const texts = useWords(words);
  const connection = useConnection();
  const download = async () => {
    try {
      saveFile(await (await fetched(connection, `/imports/${id}/errors`)).blob(), "errors.csv");
    } catch (error) {
      showProblem(error);
    }
  };
  const failed = rows.nodes.filter(({ errorCode }) => errorCode !== null).slice(0, MOST_ERRORS);
  return (
    <>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.row}</th>
            <th scope="col">{texts.reason}</th>
          </tr>
        </thead>
        <tbody>
          {failed.map(({ nodeId, rowNumber, error, errorCode }) => (
            <tr key={nodeId}>
              <td>{rowNumber}</td>
              <td>
                {error} <span className="soft">({errorCode})</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div>
        <Button icon="download" onClick={() => void download()}>
          {texts.errorFile}
        </Button>
      </div>
    </>
  );
}
