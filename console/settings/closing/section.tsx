import { useQuery } from "urql";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Check, Select } from "../../ui/form/fields.tsx";
import { isChecked, optionalText, text } from "../../ui/form/values.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { formatInterval } from "../pattern/interval.ts";
import { IntervalInput, readInterval } from "../pattern/interval_input.tsx";
import { Records } from "../pattern/records.tsx";
import { words } from "./words.ts";

const RULES = graphql(`
  query SettingsClosingRules($after: Cursor) {
    closingRules(first: 100, after: $after) {
      nodes {
        id reopenedBy returnsTo closesUnanswered
        closesAfter { years months days hours minutes seconds }
        team { id name }
        channel { id name }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);
const SCOPES = graphql(`
  query ClosingRuleScopes { teams(first: 200) { nodes { id name } } channels(first: 200) { nodes { id name } } }
`);
const CREATE = graphql(`
  mutation CreateClosingRule($rule: ClosingRuleInput!) {
    createClosingRule(input: { closingRule: $rule }) { closingRule { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateClosingRule($id: UUID!, $patch: ClosingRulePatch!) {
    updateClosingRule(input: { id: $id, patch: $patch }) {
      closingRule {
        id reopenedBy returnsTo closesUnanswered
        closesAfter { years months days hours minutes seconds }
        team { id name }
        channel { id name }
      }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteClosingRule($id: UUID!) { deleteClosingRule(input: { id: $id }) { deletedClosingRuleNodeId } }
`);

type Rule = NonNullable<ResultOf<typeof RULES>["closingRules"]>["nodes"][number];
const REOPENINGS = ["message", "handoff", "person"] as const;
const TARGETS = ["assignee", "team", "unassigned", "chatbot"] as const;

export default function ClosingRules() {
  const texts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const scopeOf = ({ team, channel }: Rule) => {
    if (team && channel) return texts.ofBoth(team.name, channel.name);
    if (team) return texts.ofTeam(team.name);
    return channel ? texts.ofChannel(channel.name) : texts.all;
  };
  const closesAfter = (rule: Rule) =>
    rule.closesAfter ? texts.summary(formatInterval(rule.closesAfter, language)) : texts.neverCloses;
  return (
    <Records
      title={texts.title}
      about={texts.about}
      addLabel={texts.add}
      document={RULES}
      connectionOf={({ closingRules }) => closingRules}
      keyOf={({ id }) => id}
      empty={{ icon: "check", title: texts.empty, text: texts.emptyText }}
      view={(rule) => ({
        title: scopeOf(rule),
        about: `${closesAfter(rule)} · ${texts.reopenedBy} ${texts.reopening[rule.reopenedBy]}`,
      })}
      edit={
        isAdmin
          ? {
              title: (rule) => (rule ? texts.edit : texts.add),
              fields: (rule) => <Fields rule={rule} />,
              save: (form, rule) => {
                const values = {
                  teamId: optionalText(form, "teamId"),
                  channelId: optionalText(form, "channelId"),
                  closesAfter: readInterval(form, "closesAfter"),
                  closesUnanswered: isChecked(form, "closesUnanswered"),
                  reopenedBy: text(form, "reopenedBy") as Rule["reopenedBy"],
                  returnsTo: text(form, "returnsTo") as Rule["returnsTo"],
                };
                return rule
                  ? connection.mutate(UPDATE, { id: rule.id, patch: values })
                  : connection.mutate(CREATE, { rule: values });
              },
            }
          : undefined
      }
      remove={
        isAdmin
          ? {
              question: () => texts.question,
              text: scopeOf,
              run: ({ id }) => connection.mutate(DELETE, { id }),
            }
          : undefined
      }
    />
  );
}

function Fields({ rule }: { rule: Rule | null }) {
  const texts = useWords(words);
  const [{ data }] = useQuery({ query: SCOPES });
  if (!data) return null;
  const named = (rows: readonly { id: string; name: string }[], all: string) => [
    { value: "", label: all },
    ...rows.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return (
    <>
      <Select
        name="teamId"
        label={texts.team}
        value={rule?.team?.id}
        options={named(data.teams?.nodes ?? [], texts.allTeams)}
      />
      <Select
        name="channelId"
        label={texts.channel}
        value={rule?.channel?.id}
        options={named(data.channels?.nodes ?? [], texts.allChannels)}
      />
      <IntervalInput
        name="closesAfter"
        label={texts.closesAfter}
        hint={texts.closesAfterHint}
        value={rule?.closesAfter}
        units={["minutes", "hours", "days"]}
      />
      <Check name="closesUnanswered" label={texts.closesUnanswered} isOn={rule?.closesUnanswered} />
      <Select
        name="reopenedBy"
        label={texts.reopenedBy}
        value={rule?.reopenedBy ?? "message"}
        options={REOPENINGS.map((value) => ({ value, label: texts.reopening[value] }))}
      />
      <Select
        name="returnsTo"
        label={texts.returnsTo}
        value={rule?.returnsTo ?? "assignee"}
        options={TARGETS.map((value) => ({ value, label: texts.targets[value] }))}
      />
    </>
  );
}
