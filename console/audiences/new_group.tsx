import { useConnection } from "../graphql/use_connection.ts";
import { TextInput } from "../ui/form/fields.tsx";
import { FormDialog } from "../ui/form/form_dialog.tsx";
import { optionalText, text } from "../ui/form/values.ts";
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
  const create = async (form: FormData) => {
    const group = { name: text(form, "name"), description: optionalText(form, "description") };
    const { createGroup } = await connection.mutate(CREATE_GROUP, { group });
    if (createGroup) onCreated(createGroup.group);
  };
  return (
    <FormDialog title={texts.newGroup} submitLabel={texts.create} onSubmit={create} onClose={onClose}>
      <TextInput name="name" label={texts.name} required maxLength={255} />
      <TextInput name="description" label={texts.description} />
    </FormDialog>
  );
}
