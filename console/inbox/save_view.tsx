import { type FormEvent, useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { CREATE_VIEW, DELETE_VIEW } from "./documents.ts";
import { choose } from "./use_choice.ts";
import { type Choice, filterOf, isBuiltIn, orderOf, readChoice } from "./views.ts";
import { words } from "./words.ts";

/** Keeps what is chosen under a name; a saved view that is shown can be deleted. */
export function SaveView({
  choice,
  conversationId,
  onSaved,
}: {
  choice: Choice;
  conversationId: string | null;
  onSaved: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const [isOpen, setOpen] = useState(false);
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);

  const remove = async () => {
    try {
      await connection.mutate(DELETE_VIEW, { id: choice.view });
      choose(readChoice(""), conversationId);
      onSaved();
    } catch (error) {
      showProblem(error);
    }
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const { createView } = await connection.mutate(CREATE_VIEW, {
        view: {
          name,
          kind: "conversations",
          filter: withStatus(choice),
          orderBy: orderOf(choice, null),
          ...(isShared ? { userId: null } : {}),
        },
      });
      showToast(texts.viewSaved(name));
      setOpen(false);
      if (createView) choose(readChoice(`?view=${createView.view.id}`), conversationId);
      onSaved();
    } catch (error) {
      showProblem(error);
    }
  };

  if (!isBuiltIn(choice.view))
    return (
      <Button look="danger" icon="trash" onClick={() => void remove()}>
        {texts.deleteView}
      </Button>
    );
  return (
    <>
      <Button onClick={() => setOpen(true)}>{texts.saveView}</Button>
      {isOpen && (
        <Dialog title={texts.saveView} onClose={() => setOpen(false)}>
          <form className="stack" onSubmit={(event) => void save(event)}>
            <Field label={texts.viewName}>
              {(given) => (
                <input
                  {...given}
                  className="input"
                  required
                  maxLength={100}
                  value={name}
                  onChange={({ target }) => setName(target.value)}
                />
              )}
            </Field>
            {isAdmin && (
              <label className="row">
                <input
                  type="checkbox"
                  checked={isShared}
                  onChange={({ target }) => setShared(target.checked)}
                />
                {texts.forAll}
              </label>
            )}
            <div className="actions">
              <Button onClick={() => setOpen(false)}>{texts.cancel}</Button>
              <Button type="submit" look="primary">
                {texts.save}
              </Button>
            </div>
          </form>
        </Dialog>
      )}
    </>
  );
}

/** A saved view has no other condition beside its filter, so the state is part of that. */
function withStatus(choice: Choice) {
  const filter = filterOf(choice);
  if (choice.state === "any") return filter ?? { all: [] };
  const status = { field: "status", is: choice.state === "closed" ? "closed" : "open" };
  return { all: filter ? [status, filter] : [status] };
}
