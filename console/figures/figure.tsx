import { type ReactNode, useState } from "react";
import { Button } from "../ui/button.tsx";
import { saveFile } from "../ui/save_file.ts";
import { Scroll } from "../ui/scroll.tsx";
import { useWords } from "../words/language.ts";
import { type Cell, toCsv } from "./csv.ts";
import { words } from "./words.ts";

export type Column = {
  name: string;
  /** How a cell is shown; the file has it as it is. */
  show?: (value: Cell) => ReactNode;
  isNumber?: boolean;
};

/** A chart with its table and its file. Without a chart, the table is shown. */
export function Figure({
  title,
  note,
  empty,
  columns,
  rows,
  chart,
}: {
  title: string;
  note?: string;
  /** What is said when there is nothing; by default, that nothing was in the period. */
  empty?: string;
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
  chart?: ReactNode;
}) {
  const texts = useWords(words);
  const [isTable, setTable] = useState(false);
  const isEmpty = rows.every((row) => row.slice(1).every((value) => value === 0 || value === null));
  const save = () => {
    const csv = toCsv(
      columns.map(({ name }) => name),
      rows,
    );
    saveFile(new Blob([csv], { type: "text/csv" }), `${title}.csv`);
  };
  return (
    <section className="figure card" aria-label={title}>
      <header>
        <div>
          <h2>{title}</h2>
          {note && <p className="soft small">{note}</p>}
        </div>
        <div className="row">
          {chart && !isEmpty && (
            <Button look="quiet" className="small" aria-pressed={isTable} onClick={() => setTable(!isTable)}>
              {isTable ? texts.chart : texts.table}
            </Button>
          )}
          <Button look="quiet" icon="download" className="small" disabled={isEmpty} onClick={save}>
            CSV<span className="visually-hidden">: {title}</span>
          </Button>
        </div>
      </header>
      {isEmpty ? (
        <p className="soft nothing">{empty ?? texts.nothing}</p>
      ) : chart && !isTable ? (
        chart
      ) : (
        <Scroll label={`${title}: ${texts.table}`}>
          <table className="table">
            <thead>
              <tr>
                {columns.map(({ name, isNumber }) => (
                  <th key={name} scope="col" className={isNumber ? "number" : undefined}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other name
                <tr key={n}>
                  {row.map((value, i) => {
                    const { name, show, isNumber } = columns[i]!;
                    const content = value === null ? "–" : (show?.(value) ?? String(value));
                    return i === 0 ? (
                      <th key={name} scope="row">
                        {content}
                      </th>
                    ) : (
                      <td key={name} className={isNumber ? "number" : undefined}>
                        {content}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      )}
    </section>
  );
}
