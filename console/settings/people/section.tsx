import { useState } from "react";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { type Role, useMay, useMember } from "../../session/member.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Check, Select } from "../../ui/form/fields.tsx";
import { isChecked, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { Invitations } from "./invitations.tsx";
import { Invite } from "./invite.tsx";
import { rolesUpTo } from "./roles.ts";
import { words } from "./words.ts";

const MEMBERS = graphql(`
  query SettingsMembers($after: Cursor) {
    memberships(first: 100, after: $after) {
      nodes { nodeId userId role isActive isAvailable user { id name email } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const UPDATE = graphql(`
  mutation UpdateMembership($nodeId: ID!, $patch: MembershipPatch!) {
    updateMembership(input: { nodeId: $nodeId, patch: $patch }) {
      membership { nodeId role isActive isAvailable }
    }
  }
`);
const REMOVE = graphql(`
  mutation RemoveMembership($nodeId: ID!) {
    deleteMembership(input: { nodeId: $nodeId }) { deletedMembershipNodeId }
  }
`);

type Member = NonNullable<ResultOf<typeof MEMBERS>["memberships"]>["nodes"][number];

export default function People() {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare } = useFormats();
  const { user: me, membership } = useMember();
  const isAdmin = useMay("admin");
  const [isInviting, setInviting] = useState(false);
  const [version, setVersion] = useState(0);
  const roles = rolesUpTo(membership.role as Role);
  const nameOf = ({ user }: Member) => user?.name ?? texts.unknown;
  // Nobody locks themselves out by mistake; another admin can change them.
  const mayChange = (member: Member) => member.userId !== me.id && roles.includes(member.role as Role);
  return (
    <>
      <Records
        title={texts.title}
        about={texts.about}
        document={MEMBERS}
        connectionOf={({ memberships }) => memberships}
        keyOf={({ nodeId }) => nodeId}
        compare={(one, other) => compare(nameOf(one), nameOf(other))}
        empty={{ icon: "people", title: texts.empty }}
        view={(member) => ({
          lead: <Avatar name={nameOf(member)} />,
          title: nameOf(member),
          about: member.user?.email,
          badges: <Badges member={member} isMe={member.userId === me.id} />,
        })}
        edit={
          isAdmin
            ? {
                title: (member) => texts.editTitle(member ? nameOf(member) : ""),
                mayEdit: mayChange,
                fields: (member) => (
                  <>
                    <Select
                      name="role"
                      label={texts.role}
                      value={member?.role}
                      options={roles.map((role) => ({
                        value: role,
                        label: `${texts.roles[role]}: ${texts.rights[role]}`,
                      }))}
                    />
                    <Check
                      name="isActive"
                      label={texts.isActive}
                      hint={texts.isActiveHint}
                      isOn={member?.isActive}
                    />
                  </>
                ),
                save: (form, member) =>
                  connection.mutate(UPDATE, {
                    nodeId: member?.nodeId ?? "",
                    patch: { role: text(form, "role") as Role, isActive: isChecked(form, "isActive") },
                  }),
              }
            : undefined
        }
        remove={
          isAdmin
            ? {
                question: (member) => texts.removeQuestion(nameOf(member)),
                text: () => texts.removeText,
                run: ({ nodeId }) => connection.mutate(REMOVE, { nodeId }),
                mayRemove: mayChange,
              }
            : undefined
        }
        action={
          isAdmin && (
            <Button look="primary" icon="plus" onClick={() => setInviting(true)}>
              {texts.invite}
            </Button>
          )
        }
      />
      {isAdmin && <Invitations version={version} />}
      {isInviting && (
        <Invite roles={roles} onInvited={() => setVersion(version + 1)} onClose={() => setInviting(false)} />
      )}
    </>
  );
}

function Badges({ member, isMe }: { member: Member; isMe: boolean }) {
  const texts = useWords(words);
  return (
    <>
      {isMe && <span className="badge accent">{texts.you}</span>}
      {!member.isActive && <span className="badge danger">{texts.inactive}</span>}
      {member.isActive && !member.isAvailable && <span className="badge warning">{texts.away}</span>}
      <span className="badge">{texts.roles[member.role as Role]}</span>
    </>
  );
}
