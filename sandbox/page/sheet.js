import { element } from "./element.js";

/** The rows of a list message, to pick one of. Calls `onPick(row)`. */
export function openSheet(dialog, { content }, onPick) {
  const { button, sections } = content.action;
  dialog.querySelector("h2").textContent = button;
  const send = dialog.querySelector(".primary");
  send.disabled = true;
  const rows = sections.flatMap((section) => [
    section.title && element("h3", {}, section.title),
    ...section.rows.map((row) => renderRow(row, () => (send.disabled = false))),
  ]);
  dialog.querySelector(".rows").replaceChildren(...rows.filter(Boolean));
  const form = dialog.querySelector("form");
  form.onsubmit = () => {
    const picked = new FormData(form).get("row");
    onPick(sections.flatMap((section) => section.rows).find(({ id }) => id === picked));
  };
  dialog.showModal();
}

function renderRow({ id, title, description }, onchange) {
  return element(
    "label",
    {},
    element("span", {}, element("strong", {}, title), description && element("small", {}, description)),
    element("input", { type: "radio", name: "row", value: id, required: true, onchange }),
  );
}
