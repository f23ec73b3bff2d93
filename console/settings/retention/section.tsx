import { useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Check, Select } from "../../ui/form/fields.tsx";
import { isChecked, text } from "../../ui/form/values.ts";
import { useLanguage, useWords } from "../../words/language.ts";
import { formatInterval } from "../pattern/interval.ts";
import { IntervalInput, readInterval } from "../pattern/interval_input.tsx";
import { Records } from "../pattern/records.tsx";
import { Due } from "./due.tsx";
import { ACTIONS, RULES, type Rule, SUBJECTS } from "./rule.ts";
import { RetentionRuns } from "./runs.tsx";
import { words } from "./words.ts";

const CREATE = graphql(`
  mutation CreateRetentionRule($rule: RetentionRuleInput!) {
    createRetentionRule(input: { retentionRule: $rule }) { retentionRule { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateRetentionRule($id: UUID!, $patch: RetentionRulePatch!) {
    updateRetentionRule(input: { id: $id, patch: $patch }) {
      retentionRule { id action isActive after { years months days hours minutes seconds } }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteRetentionRule($id: UUID!) {
    deleteRetentionRule(input: { id: $id }) { deletedRetentionRuleNodeId }
  }
`);

export default function Retention() {
  const texts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const isOwner = useMay("owner");
  const [changes, setChanges] = useState(0);
  const mayChange = ({ subject }: Rule) => isOwner || subject !== "audit_entries";
  const save = async (form: FormData, rule: Rule | null) => {
    const patch = {
      action: text(form, "action") as Rule["action"],
      after: readInterval(form, "after") ?? { days: 0 },
      isActive: isChecked(form, "isActive"),
    };
    if (rule) await connection.mutate(UPDATE, { id: rule.id, patch });
    else
      await connection.mutate(CREATE, {
        rule: { ...patch, subject: text(form, "subject") as Rule["subject"] },
      });
    setChanges(changes + 1);
  };
  return (
    <>
      <Records
        title={texts.title}
        about={texts.about}
        addLabel={texts.add}
        document={RULES}
        connectionOf={({ retentionRules }) => retentionRules}
        keyOf={({ id }) => id}
        empty={{ icon: "history", title: texts.empty, text: texts.emptyText }}
        view={({ subject, action, after, isActive }) => ({
          title: texts.subjects[subject],
          about: texts.rule(texts.actions[action], formatInterval(after, language)),
          badges: !isActive && <span className="badge warning">{texts.inactive}</span>,
        })}
        edit={{
          title: (rule) => (rule ? texts.subjects[rule.subject] : texts.add),
          mayEdit: mayChange,
          fields: (rule) => (
            <Fields
              rule={rule}
              subjects={SUBJECTS.filter((subject) => isOwner || subject !== "audit_entries")}
            />
          ),
          save,
        }}
        remove={{
          question: ({ subject }) => texts.question(texts.subjects[subject]),
          text: () => texts.consequence,
          run: async ({ id }) => {
            await connection.mutate(DELETE, { id });
            setChanges(changes + 1);
          },
          mayRemove: mayChange,
        }}
      />
      <div className="settings-section after">
        <Due version={changes} />
        <RetentionRuns />
      </div>
    </>
  );
}

function Fields({ rule, subjects }: { rule: Rule | null; subjects: readonly Rule["subject"][] }) {
  const texts = useWords(words);
  const [subject, setSubject] = useState<Rule["subject"]>(rule?.subject ?? "conversations");
  return (
    <>
      {!rule && (
        <Select
          name="subject"
          label={texts.subject}
          value={subject}
          onSelect={(chosen) => setSubject(chosen as Rule["subject"])}
          options={subjects.map((value) => ({ value, label: texts.subjects[value] }))}
        />
      )}
      <Select
        key={subject}
        name="action"
        label={texts.action}
        value={rule?.action ?? ACTIONS[subject][0]}
        options={ACTIONS[subject].map((value) => ({ value, label: texts.actions[value] }))}
      />
      <IntervalInput
        name="after"
        label={texts.after}
        value={rule?.after ?? { days: 90 }}
        required
        units={["days", "months", "years"]}
      />
      <Check name="isActive" label={texts.isActive} hint={texts.isActiveHint} isOn={rule?.isActive ?? true} />
    </>
  );
}
