import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { TextInput } from "../../ui/form/fields.tsx";
import { text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const TAGS = graphql(`
  query SettingsTags($after: Cursor) {
    tags(first: 100, after: $after) {
      nodes { id name color contactTags(first: 0) { totalCount } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateTag($tag: TagInput!) { createTag(input: { tag: $tag }) { tag { id name color } } }
`);
const UPDATE = graphql(`
  mutation UpdateTag($id: UUID!, $patch: TagPatch!) {
    updateTag(input: { id: $id, patch: $patch }) { tag { id name color } }
  }
`);
const DELETE = graphql(`
  mutation DeleteTag($id: UUID!) { deleteTag(input: { id: $id }) { deletedTagNodeId } }
`);

export default function Tags() {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare } = useFormats();
  const mayEdit = useMay("agent");
  const mayRemove = useMay("admin");
  return (
    <Records
      title={texts.title}
      about={texts.about}
      addLabel={texts.add}
      document={TAGS}
      connectionOf={({ tags }) => tags}
      keyOf={({ id }) => id}
      compare={(one, other) => compare(one.name, other.name)}
      empty={{ icon: "tag", title: texts.empty, text: texts.emptyText }}
      view={({ name, color, contactTags }) => ({
        lead: <span className="swatch" style={color ? { background: color } : undefined} />,
        title: name,
        about: texts.contacts(contactTags.totalCount),
      })}
      edit={
        mayEdit
          ? {
              title: (tag) => (tag ? texts.edit : texts.add),
              fields: (tag) => (
                <>
                  <TextInput name="name" label={texts.name} value={tag?.name} required maxLength={100} />
                  <TextInput name="color" label={texts.color} type="color" value={tag?.color ?? "#0a7556"} />
                </>
              ),
              save: (form, tag) => {
                const patch = { name: text(form, "name"), color: text(form, "color").toLowerCase() };
                return tag
                  ? connection.mutate(UPDATE, { id: tag.id, patch })
                  : connection.mutate(CREATE, { tag: patch });
              },
            }
          : undefined
      }
      remove={
        mayRemove
          ? {
              question: ({ name }) => texts.question(name),
              text: ({ contactTags }) => texts.consequence(contactTags.totalCount),
              run: ({ id }) => connection.mutate(DELETE, { id }),
            }
          : undefined
      }
    />
  );
}
