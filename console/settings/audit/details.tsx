import { Dialog } from "../../ui/dialog.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import type { Entry } from "./section.tsx";
import { words } from "./words.ts";

/** The values before and after a change. */
export function Details({ entry, title, onClose }: { entry: Entry; title: string; onClose: () => void }) {
  const texts = useWords(words);
  const { dateTime } = useFormats();
  const before: Record<string, unknown> = entry.oldValues ?? {};
  const after: Record<string, unknown> = entry.newValues ?? {};
  const columns = [
    ...new Set([...Object.keys(before), ...Object.keys(after), ...(entry.changedColumns ?? [])]),
  ];
  return (
    <Dialog title={title} isWide onClose={onClose}>
      <dl className="facts">
        <dt>{dateTime(entry.createdAt)}</dt>
        <dd />
        <dt>{texts.id}</dt>
        <dd>{entry.rowId}</dd>
        <dt>{texts.role}</dt>
        <dd>{entry.databaseRole}</dd>
      </dl>
      {columns.length > 0 && (
        <div className="audit-values">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{texts.column}</th>
                <th scope="col">{texts.before}</th>
                <th scope="col">{texts.after}</th>
              </tr>
            </thead>
            <tbody>
              {columns.map((column) => (
                <tr key={column}>
                  <th scope="row">{column}</th>
                  <td>{show(before[column])}</td>
                  <td>{column in after || column in before ? show(after[column]) : texts.notCopied}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="actions">
        <button type="button" className="button" onClick={onClose}>
          {texts.close}
        </button>
      </div>
    </Dialog>
  );
}

function show(value: unknown): string {
  if (value === null || value === undefined) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
