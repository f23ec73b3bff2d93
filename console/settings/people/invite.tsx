import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import type { Role } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select, TextInput } from "../../ui/form/fields.tsx";
import { FormDialog } from "../../ui/form/form_dialog.tsx";
import { optionalText, text } from "../../ui/form/values.ts";
import { showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Copyable } from "../pattern/copyable.tsx";
import { useFormats } from "../pattern/formats.ts";
import { words } from "./words.ts";

const INVITE = graphql(`
  mutation InviteUser($email: String!, $name: String, $role: MemberRole, $byMail: Boolean) {
    inviteUser(input: { email: $email, name: $name, role: $role, byMail: $byMail }) {
      issuedInvitation { invitationId token expiresAt }
    }
  }
`);

/** Invites an address: by e-mail, or with a link to pass on. */
export function Invite({
  roles,
  onInvited,
  onClose,
}: {
  roles: readonly Role[];
  onInvited: () => void;
  onClose: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const { dateTime } = useFormats();
  const [issued, setIssued] = useState<{ token: string; expiresAt: string } | null>(null);
  const invite = async (form: FormData) => {
    const { inviteUser } = await connection.mutate(INVITE, {
      email: text(form, "email"),
      name: optionalText(form, "name"),
      role: text(form, "role") as Role,
      byMail: text(form, "way") === "mail",
    });
    onInvited();
    const { token, expiresAt } = inviteUser?.issuedInvitation ?? {};
    if (token && expiresAt) {
      setIssued({ token, expiresAt });
      return false;
    }
    showToast(texts.mailed);
    return true;
  };
  if (issued)
    return (
      <Dialog title={texts.linkTitle} closesOutside={false} onClose={onClose}>
        <p>{texts.linkText(dateTime(issued.expiresAt))}</p>
        <Copyable label={texts.link} text={`${location.origin}/console/invitation#${issued.token}`} />
        <div className="actions">
          <Button look="primary" onClick={onClose}>
            {texts.done}
          </Button>
        </div>
      </Dialog>
    );
  return (
    <FormDialog title={texts.inviteTitle} submitLabel={texts.send} onSubmit={invite} onClose={onClose}>
      <TextInput name="email" label={texts.email} type="email" autoComplete="off" required />
      <TextInput name="name" label={texts.name} hint={texts.nameHint} maxLength={150} autoComplete="off" />
      <Select
        name="role"
        label={texts.role}
        value="agent"
        options={roles.map((role) => ({ value: role, label: `${texts.roles[role]}: ${texts.rights[role]}` }))}
      />
      <Select
        name="way"
        label={texts.way}
        value="hand"
        options={[
          { value: "hand", label: texts.byHand },
          { value: "mail", label: texts.byMail },
        ]}
      />
    </FormDialog>
  );
}
