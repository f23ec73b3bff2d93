import { useRef, useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { type Problem, problemOf } from "../../graphql/problem.ts";
import { useConnection, useLiveRows } from "../../graphql/use_connection.ts";
import { ApiError } from "../../session/account_request.ts";
import { Button } from "../../ui/button.tsx";
import { saveFile } from "../../ui/save_file.ts";
import { Failed } from "../../ui/states.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { words } from "../words.ts";

const IMPORT = graphql(`
  query AudienceImport($id: UUID!) {
    import(id: $id) { id status isDryRun rowCount processedCount createdCount updatedCount failedCount groups }
  }
`);
const START_IMPORT = graphql(`
  mutation StartAudienceImport($id: UUID!) { startImport(input: { importId: $id }) { import { id status isDryRun } } }
`);
const GROUPS_BY_NAME = graphql(`
  query GroupsByName { groups(first: 1000, orderBy: [ID_DESC]) { nodes { id name } } }
`);

type State = {
  id: string;
  status: string;
  isDryRun: boolean;
  rowCount: number;
  processedCount: number;
  createdCount: number;
  updatedCount: number;
  failedCount: number;
  groups: readonly string[];
};

/** A CSV file whose contacts become a group: checked first, then imported. */
export function ImportAudience({ onImported }: { onImported: (group: { id: string }) => void }) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const input = useRef<HTMLInputElement>(null);
  const [state, setState] = useState<State | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isDone = useRef(false);
  const run = async (action: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await action();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const refresh = async (id: string) => {
    const { import: row } = await connection.query(IMPORT, { id });
    if (!row) return;
    setState(row);
    if (row.status !== "completed" || row.isDryRun || isDone.current) return;
    isDone.current = true;
    const { groups } = await connection.query(GROUPS_BY_NAME, {});
    const name = row.groups[0]?.toLowerCase();
    const group = groups?.nodes.find((each) => each.name.toLowerCase() === name);
    if (group) onImported(group);
  };
  useLiveRows(
    "import",
    ({ id }) => id === state?.id && void refresh(id).catch((error) => setProblem(problemOf(error))),
  );
  const upload = (file: File) =>
    run(async () => {
      isDone.current = false;
      const group = file.name.replace(/\.[^.]*$/, "").slice(0, 100);
      const query = new URLSearchParams({ dryRun: "true", filename: file.name, group });
      const response = await connection.fetch(`/imports?${query}`, {
        method: "POST",
        body: file,
        headers: { "content-type": "text/csv" },
      });
      const answer = await response.json();
      if (!response.ok) throw new ApiError(answer.error.code, answer.error.message);
      await refresh(answer.id);
    });
  const start = (id: string) =>
    run(async () => {
      await connection.mutate(START_IMPORT, { id });
      await refresh(id);
    });
  const saveErrors = (id: string) =>
    run(async () => {
      const response = await connection.fetch(`/imports/${id}/errors`);
      saveFile(await response.blob(), "errors.csv");
    });
  return (
    <fieldset className="choices">
      <legend>{texts.fromFile}</legend>
      <p className="hint">{texts.importHint}</p>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv,text/plain"
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void upload(file);
          target.value = "";
        }}
      />
      <div className="row wrap">
        <Button icon="upload" disabled={isBusy} onClick={() => input.current?.click()}>
          {texts.chooseFile}
        </Button>
        {state?.isDryRun && state.status === "completed" && (
          <Button look="primary" disabled={isBusy} onClick={() => void start(state.id)}>
            {texts.importNow}
          </Button>
        )}
        {state && state.failedCount > 0 && (
          <Button icon="download" onClick={() => void saveErrors(state.id)}>
            {texts.errorFile}
          </Button>
        )}
      </div>
      {problem && <Failed message={`${problem.message} (${problem.code})`} />}
      <p role="status">{state && describe(state, texts, format.number)}</p>
    </fieldset>
  );
}

function describe(state: State, texts: typeof words.en, number: (value: number) => string): string {
  const { status, isDryRun, rowCount, processedCount, createdCount, updatedCount, failedCount, groups } =
    state;
  if (status === "running" && isDryRun) return texts.checking;
  if (status === "running") return texts.importing(number(processedCount), number(rowCount));
  if (!isDryRun) return texts.imported(groups[0] ?? "");
  return texts.importCheck(number(rowCount), number(createdCount), number(updatedCount), number(failedCount));
}
