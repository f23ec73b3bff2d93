import { useQuery } from "urql";
import type { Connection } from "../../graphql/connection.ts";
import { graphql } from "../../graphql/graphql.ts";
import { Check, FieldSet } from "../../ui/form/fields.tsx";
import { chosen } from "../../ui/form/values.ts";
import { Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { words as patternWords } from "../pattern/words.ts";
import { words } from "./words.ts";

const CANDIDATES = graphql(`
  query TeamCandidates {
    memberships(first: 500, filter: { isActive: { equalTo: true } }) {
      nodes { nodeId userId role user { id name } }
    }
  }
`);
const MEMBERS = graphql(`
  query TeamMembers($id: UUID!) { team(id: $id) { id members(first: 500) { nodes { nodeId userId } } } }
`);
const ADD = graphql(`
  mutation AddTeamMember($teamId: UUID!, $userId: UUID!) {
    createTeamMember(input: { teamMember: { teamId: $teamId, userId: $userId } }) { teamMember { nodeId } }
  }
`);
const REMOVE = graphql(`
  mutation RemoveTeamMember($nodeId: ID!) {
    deleteTeamMember(input: { nodeId: $nodeId }) { deletedTeamMemberNodeId }
  }
`);

/** The members of the tenant, of whom those of the team are checked. Null: a new team. */
export function TeamMembers({ teamId }: { teamId: string | null }) {
  const texts = useWords(words);
  const { loading } = useWords(patternWords);
  const { compare } = useFormats();
  const [candidates] = useQuery({ query: CANDIDATES });
  const [members] = useQuery({
    query: MEMBERS,
    variables: { id: teamId ?? "" },
    pause: teamId === null,
    requestPolicy: "network-only",
  });
  if (!candidates.data || (teamId !== null && !members.data)) return <Loading label={loading} />;
  const present = new Set(members.data?.team?.members.nodes.map(({ userId }) => userId));
  const people = (candidates.data.memberships?.nodes ?? []).toSorted((one, other) =>
    compare(one.user?.name ?? "", other.user?.name ?? ""),
  );
  return (
    <FieldSet legend={texts.members}>
      {people.map(({ userId, user }) => (
        <Check
          key={userId}
          name="members"
          value={userId}
          label={user?.name ?? userId}
          isOn={present.has(userId)}
        />
      ))}
    </FieldSet>
  );
}

/** Makes the checked people, and no others, the members of a team. */
export async function changeMembers(connection: Connection, teamId: string, form: FormData): Promise<void> {
  const wanted = new Set(chosen(form, "members"));
  const { team } = await connection.query(MEMBERS, { id: teamId });
  const present = team?.members.nodes ?? [];
  for (const { nodeId, userId } of present)
    if (!wanted.has(userId)) await connection.mutate(REMOVE, { nodeId });
  for (const userId of wanted)
    if (!present.some((member) => member.userId === userId)) await connection.mutate(ADD, { teamId, userId });
}
