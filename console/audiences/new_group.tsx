import { type FormEvent, useState } from "react";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { Failed } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { CREATE_GROUP } from "./audience_documents.ts";
import { words } from "./words.ts";

/** Creates an empty group. */
export function NewGroup({
  onCreated,
  onClose,
}: {
  onCreated: (group: { id: string; name: string }) => void;
  onClose: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const create = async (event: FormEvent) => {
    event.preventDefault();
    try {
      const group = { name, description: description || null };
      const { createGroup } = await connection.mutate(CREATE_GROUP, { group });
      onClose();
      if (createGroup) onCreated(createGroup.group);
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  return (
    <Dialog title={texts.newGroup} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void create(event)}>
        {problem && <Failed message={`${problem.message} (${problem.code})`} />}
        <Field label={texts.name}>
          {(given) => (
            <input
              {...given}
              className="input"
              required
              maxLength={255}
              value={name}
              onChange={({ target }) => setName(target.value)}
            />
          )}
        </Field>
        <Field label={texts.description}>
          {(given) => (
            <input
              {...given}
              className="input"
              value={description}
              onChange={({ target }) => setDescription(target.value)}
            />
          )}
        </Field>
        <div className="actions">
          <Button onClick={onClose}>{texts.cancel}</Button>
          <Button look="primary" type="submit">
            {texts.create}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
