import type { AnyVariables } from "@urql/core";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { FormDialog } from "../../ui/form/form_dialog.tsx";
import type { MenuItem } from "../../ui/menu.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { List, type ListProps } from "./list.tsx";
import { Record } from "./record.tsx";
import { Section } from "./section.tsx";
import { words } from "./words.ts";

/** How a row is shown: see Record. */
export type RowView = { lead?: ReactNode; title: string; about?: ReactNode; badges?: ReactNode };

type Props<Data, Variables extends AnyVariables, Row> = Omit<
  ListProps<Data, Variables, Row>,
  "row" | "version"
> & {
  title: string;
  about?: ReactNode;
  up?: { to: string; label: string };
  addLabel?: string;
  view: (row: Row) => RowView;
  /** Absent where the caller may change nothing. */
  edit?:
    | {
        /** The title of the dialog; null: a new row. */
        title: (row: Row | null) => string;
        isWide?: boolean;
        fields: (row: Row | null) => ReactNode;
        save: (form: FormData, row: Row | null) => Promise<unknown>;
        /** Whether this row may be changed. */
        mayEdit?: (row: Row) => boolean;
      }
    | undefined;
  remove?:
    | {
        question: (row: Row) => string;
        text?: (row: Row) => ReactNode;
        run: (row: Row) => Promise<unknown>;
        mayRemove?: (row: Row) => boolean;
      }
    | undefined;
  /** What else can be done with a row; `reload` loads the list again. */
  actions?: (row: Row, reload: () => void) => readonly MenuItem[];
  /** Beside the title, in place of the button that adds. */
  action?: ReactNode;
};

/** The pattern of most sections: a list, a dialog with a form for what is added or changed, and a question before what is removed. */
export function Records<Data, Variables extends AnyVariables, Row>(props: Props<Data, Variables, Row>) {
  const { title, about, up, addLabel, view, edit, remove, actions, action, ...list } = props;
  const texts = useWords(words);
  const heading = useRef<HTMLHeadingElement>(null);
  const [version, setVersion] = useState(0);
  const [edited, setEdited] = useState<Row | "new" | null>(null);
  const [removed, setRemoved] = useState<Row | null>(null);
  const hasRemoved = useRef(false);
  // When the dialog has closed: what had the focus before it is gone.
  useEffect(() => {
    if (removed === null && hasRemoved.current) heading.current?.focus();
    hasRemoved.current = false;
  }, [removed]);
  const reload = () => setVersion((last) => last + 1);
  const actionsOf = (row: Row): MenuItem[] => [
    ...(edit && (edit.mayEdit?.(row) ?? true)
      ? [{ label: texts.edit, icon: "edit" as const, onSelect: () => setEdited(row) }]
      : []),
    ...(actions?.(row, reload) ?? []),
    ...(remove && (remove.mayRemove?.(row) ?? true)
      ? [
          {
            label: texts.remove,
            icon: "trash" as const,
            isDanger: true,
            onSelect: () => setRemoved(row),
          },
        ]
      : []),
  ];
  return (
    <Section
      title={title}
      about={about}
      up={up}
      headingRef={heading}
      action={
        action ??
        (edit && addLabel && (
          <Button look="primary" icon="plus" onClick={() => setEdited("new")}>
            {addLabel}
          </Button>
        ))
      }
    >
      <List
        {...list}
        version={version}
        row={(row) => (
          <Record
            {...view(row)}
            onOpen={edit && (edit.mayEdit?.(row) ?? true) ? () => setEdited(row) : undefined}
            actions={actionsOf(row)}
          />
        )}
      />
      {edit && edited !== null && (
        <FormDialog
          title={edit.title(edited === "new" ? null : edited)}
          isWide={edit.isWide ?? false}
          onClose={() => setEdited(null)}
          onSubmit={async (form) => {
            await edit.save(form, edited === "new" ? null : edited);
            reload();
            showToast(texts.saved);
          }}
        >
          {edit.fields(edited === "new" ? null : edited)}
        </FormDialog>
      )}
      {remove && removed !== null && (
        <Confirm
          isDanger
          title={remove.question(removed)}
          onClose={() => setRemoved(null)}
          onConfirm={async () => {
            await remove.run(removed);
            reload();
            hasRemoved.current = true;
          }}
        >
          {remove.text && <p>{remove.text(removed)}</p>}
        </Confirm>
      )}
    </Section>
  );
}
