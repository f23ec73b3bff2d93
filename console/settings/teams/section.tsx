import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Select, TextInput } from "../../ui/form/fields.tsx";
import { optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { changeMembers, TeamMembers } from "./members.tsx";
import { words } from "./words.ts";

const TEAMS = graphql(`
  query SettingsTeams($after: Cursor) {
    teams(first: 50, after: $after) {
      nodes {
        id name description assignment
        members(first: 5) { nodes { userId membership { nodeId user { id name } } } totalCount }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const CREATE = graphql(`
  mutation CreateTeam($team: TeamInput!) {
    createTeam(input: { team: $team }) { team { id name description assignment } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateTeam($id: UUID!, $patch: TeamPatch!) {
    updateTeam(input: { id: $id, patch: $patch }) { team { id name description assignment } }
  }
`);
const DELETE = graphql(`
  mutation DeleteTeam($id: UUID!) { deleteTeam(input: { id: $id }) { deletedTeamNodeId } }
`);

type Team = NonNullable<ResultOf<typeof TEAMS>["teams"]>["nodes"][number];
const ASSIGNMENTS = ["", "round_robin", "least_busy", "previous"] as const;

export default function Teams() {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare, list } = useFormats();
  const isAdmin = useMay("admin");
  const membersOf = ({ members }: Team) => {
    const names = members.nodes.flatMap(({ membership }) => membership.user?.name ?? []);
    const rest = members.totalCount - members.nodes.length;
    if (names.length === 0) return texts.noMembers;
    return `${list(names)}${rest > 0 ? ` ${texts.more(rest)}` : ""}`;
  };
  const save = async (form: FormData, team: Team | null) => {
    const patch = {
      name: text(form, "name"),
      description: optionalText(form, "description"),
      assignment: optionalText(form, "assignment") as Team["assignment"],
    };
    const id = team
      ? (await connection.mutate(UPDATE, { id: team.id, patch })).updateTeam?.team.id
      : (await connection.mutate(CREATE, { team: patch })).createTeam?.team.id;
    if (id) await changeMembers(connection, id, form);
  };
  return (
    <Records
      title={texts.title}
      about={texts.about}
      addLabel={texts.add}
      document={TEAMS}
      connectionOf={({ teams }) => teams}
      keyOf={({ id }) => id}
      compare={(one, other) => compare(one.name, other.name)}
      empty={{ icon: "team", title: texts.empty, text: texts.emptyText }}
      view={(team) => ({ title: team.name, about: membersOf(team) })}
      edit={
        isAdmin
          ? {
              title: (team) => (team ? texts.edit : texts.add),
              fields: (team) => (
                <>
                  <TextInput name="name" label={texts.name} value={team?.name} required maxLength={255} />
                  <TextInput
                    name="description"
                    label={texts.description}
                    value={team?.description}
                    rows={2}
                    maxLength={1000}
                  />
                  <Select
                    name="assignment"
                    label={texts.assignment}
                    value={team?.assignment}
                    options={ASSIGNMENTS.map((value) => ({ value, label: texts.assignments[value] }))}
                  />
                  <TeamMembers teamId={team?.id ?? null} />
                </>
              ),
              save,
            }
          : undefined
      }
      remove={
        isAdmin
          ? {
              question: ({ name }) => texts.question(name),
              text: () => texts.consequence,
              run: ({ id }) => connection.mutate(DELETE, { id }),
            }
          : undefined
      }
    />
  );
}
