import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { type Role, useMember } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { TextInput } from "../../ui/form/fields.tsx";
import { Form } from "../../ui/form/form_dialog.tsx";
import { text } from "../../ui/form/values.ts";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Panel, Section } from "../pattern/section.tsx";
import { words } from "./words.ts";

const UPDATE = graphql(`
  mutation UpdateUser($id: UUID!, $patch: UserPatch!) {
    updateUser(input: { id: $id, patch: $patch }) { user { id name } }
  }
`);
const SET_AVAILABILITY = graphql(`
  mutation SetAvailability($isAvailable: Boolean!) {
    setAvailability(input: { isAvailable: $isAvailable }) { membership { nodeId isAvailable } }
  }
`);

export default function Profile() {
  const texts = useWords(words);
  const connection = useConnection();
  const { user, membership } = useMember();
  const save = async (form: FormData) => {
    await connection.mutate(UPDATE, { id: user.id, patch: { name: text(form, "name") } });
    showToast(texts.saved);
  };
  const { isAvailable } = membership;
  return (
    <Section title={texts.title} about={texts.about}>
      <Panel title={user.name}>
        <Form submitLabel={texts.save} onSubmit={save}>
          <TextInput
            name="name"
            label={texts.name}
            value={user.name}
            required
            maxLength={150}
            autoComplete="name"
          />
        </Form>
        <dl className="facts">
          <dt>{texts.email}</dt>
          <dd>
            {user.email} <span className="soft">{texts.emailHint}</span>
          </dd>
          <dt>{texts.role}</dt>
          <dd>{texts.roles[membership.role as Role]}</dd>
        </dl>
      </Panel>
      <Panel
        title={texts.availability}
        about={texts.availabilityAbout}
        action={
          <span className={isAvailable ? "badge accent" : "badge warning"}>
            {isAvailable ? texts.available : texts.unavailable}
          </span>
        }
      >
        <div>
          <Button
            onClick={() =>
              void connection.mutate(SET_AVAILABILITY, { isAvailable: !isAvailable }).catch(showProblem)
            }
          >
            {isAvailable ? texts.goAway : texts.comeBack}
          </Button>
        </div>
      </Panel>
    </Section>
  );
}
