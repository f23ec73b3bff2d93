/** What is typed into the form of a message with choices. */
export type InteractiveForm = {
  kind: "button" | "list";
  header: string;
  body: string;
  footer: string;
  /** The text of the button that opens a list. */
  opener: string;
  rows: { title: string; about: string }[];
};

/** Meta's limits: how many choices there may be, and how long their texts. */
export const LIMITS = {
  button: { rows: 3, title: 20 },
  list: { rows: 10, title: 24 },
  about: 72,
  opener: 20,
  header: 60,
  footer: 60,
  body: 1_024,
} as const;

/** The content of the message; null while it lacks something. */
export function interactiveContent(form: InteractiveForm): object | null {
  const rows = form.rows
    .map(({ title, about }) => ({ title: title.trim(), about: about.trim() }))
    .filter(({ title }) => title !== "");
  const titles = new Set(rows.map(({ title }) => title));
  const body = form.body.trim();
  if (rows.length === 0 || body === "" || titles.size < rows.length) return null;
  const shared = {
    body: { text: body },
    ...(form.header.trim() && { header: { type: "text", text: form.header.trim() } }),
    ...(form.footer.trim() && { footer: { text: form.footer.trim() } }),
  };
  if (form.kind === "button")
    return {
      type: "button",
      ...shared,
      action: {
        buttons: rows.map(({ title }, at) => ({ type: "reply", reply: { id: `choice-${at + 1}`, title } })),
      },
    };
  const opener = form.opener.trim();
  if (opener === "") return null;
  return {
    type: "list",
    ...shared,
    action: {
      button: opener,
      sections: [
        {
          rows: rows.map(({ title, about }, at) => ({
            id: `choice-${at + 1}`,
            title,
            ...(about && { description: about }),
          })),
        },
      ],
    },
  };
}
