import { useSyncExternalStore } from "react";
import { Dialog } from "../ui/dialog.tsx";
import { useWords } from "../words/language.ts";
import { singleKeys } from "./keys.ts";
import { PAGES } from "./pages.ts";
import { words } from "./words.ts";

/** The keys of the inbox: those of the list (inbox/use_list_keys.ts), and of a conversation. */
const INBOX_KEYS = [
  [["j", "k"], "move"],
  [["Enter"], "open"],
  [["Esc"], "back"],
  [["/"], "search"],
  [["x"], "select"],
  [["a"], "assign"],
  [["e"], "close"],
  [["u"], "read"],
  [["r"], "reply"],
  [["t"], "template"],
  [["n"], "note"],
] as const;

/** What keys do on every page, and the switch for them. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const texts = useWords(words);
  const state = useSyncExternalStore(singleKeys.watch, singleKeys.get);
  return (
    <Dialog title={texts.keys} onClose={onClose}>
      <table className="table">
        <tbody>
          {PAGES.map(({ key, name }) => (
            <tr key={key}>
              <th scope="row">
                <kbd>g</kbd> <kbd>{key}</kbd>
              </th>
              <td>{texts.goTo(texts[name])}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <kbd>?</kbd>
            </th>
            <td>{texts.showKeys}</td>
          </tr>
        </tbody>
        <tbody>
          <tr>
            <th scope="rowgroup" colSpan={2}>
              {texts.inInbox}
            </th>
          </tr>
          {INBOX_KEYS.map(([keys, name]) => (
            <tr key={name}>
              <th scope="row">
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </th>
              <td>{texts.inboxKeys[name]}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <label className="row">
        <input
          type="checkbox"
          checked={state === "on"}
          onChange={({ target }) => singleKeys.set(target.checked ? "on" : "off")}
        />
        {texts.keysOn}
      </label>
    </Dialog>
  );
}
