import { nameOf } from "../contact/name.ts";
import { Dialog } from "../ui/dialog.tsx";
import { useWords } from "../words/language.ts";
import type { Failure } from "./actions.ts";
import { words } from "./words.ts";

/** With which conversations an action was not possible, and why. */
export function Failures({ failures, onClose }: { failures: readonly Failure[]; onClose: () => void }) {
  const texts = useWords(words);
  return (
    <Dialog title={texts.failedTitle(failures.length)} onClose={onClose}>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{texts.contact}</th>
            <th scope="col">{texts.reason}</th>
          </tr>
        </thead>
        <tbody>
          {failures.map(({ row, code, message }) => (
            <tr key={row.id}>
              <td dir="auto">{nameOf(row.contact)}</td>
              <td>
                {message} <span className="soft">({code})</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}
