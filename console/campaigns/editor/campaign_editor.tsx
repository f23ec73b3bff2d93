import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Failed } from "../../ui/states.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useAutosave } from "../../ui/use_autosave.ts";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import { type Campaign, DELETE_CAMPAIGN, UPDATE_CAMPAIGN } from "../campaign_documents.ts";
import { hoursOf, intervalOf } from "../interval.ts";
import type { Parameters } from "../parameters.ts";
import { CampaignBadge } from "../status_badge.tsx";
import { words } from "../words.ts";
import { AudienceStep } from "./audience_step.tsx";
import { DeliveryStep } from "./delivery_step.tsx";
import { MessageStep } from "./message_step.tsx";
import { ReviewStep } from "./review_step.tsx";

const STEPS = ["audience", "message", "delivery", "review"] as const;

/** What the steps change of a campaign itself. */
export type Draft = {
  name: string;
  description: string | null;
  audience: unknown;
  templateName: string | null;
  language: string | null;
  text: string | null;
  parameters: Parameters;
  excludesRunning: boolean;
  excludesContactedHours: number | null;
  excludesInactiveHours: number | null;
  messagesPerMinute: number | null;
  quietFrom: string | null;
  quietUntil: string | null;
};

function draftOf(campaign: Campaign): Draft {
  return {
    name: campaign.name,
    description: campaign.description,
    audience: campaign.audience,
    templateName: campaign.templateName,
    language: campaign.language,
    text: campaign.text,
    parameters: campaign.parameters,
    excludesRunning: campaign.excludesRunning,
    excludesContactedHours: hoursOf(campaign.excludesContactedWithin),
    excludesInactiveHours: hoursOf(campaign.excludesInactiveFor),
    messagesPerMinute: campaign.messagesPerMinute,
    quietFrom: campaign.quietFrom,
    quietUntil: campaign.quietUntil,
  };
}

/** What is stored: quiet hours need both ends, and an empty text is none. */
function patchOf({ excludesContactedHours, excludesInactiveHours, quietFrom, quietUntil, ...rest }: Draft) {
  const hasQuietHours = quietFrom !== null && quietUntil !== null;
  return {
    ...rest,
    text: rest.text || null,
    excludesContactedWithin: intervalOf(excludesContactedHours),
    excludesInactiveFor: intervalOf(excludesInactiveHours),
    quietFrom: hasQuietHours ? quietFrom : null,
    quietUntil: hasQuietHours ? quietUntil : null,
  };
}

/** A campaign that has not started, in four steps. What is changed is saved a moment later. */
export function CampaignEditor({
  campaign,
  needsApproval,
  step,
  onChanged,
}: {
  campaign: Campaign;
  needsApproval: boolean;
  step: string;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const [isDeleting, setDeleting] = useState(false);
  const [draft, setDraft] = useState(() => draftOf(campaign));
  const { id } = campaign;
  const { isDirty, problem, flush } = useAutosave(
    draft,
    (value) => connection.mutate(UPDATE_CAMPAIGN, { id, patch: patchOf(value) }),
    isAdmin,
  );
  const change = (patch: Partial<Draft>) => setDraft((before) => ({ ...before, ...patch }));
  const current = STEPS.find((each) => each === step) ?? "audience";
  const next = STEPS[STEPS.indexOf(current) + 1];
  const pathOf = (each: string) => `campaigns/${id}/${each}`;
  const remove = async () => {
    try {
      await connection.mutate(DELETE_CAMPAIGN, { id });
      go("campaigns", { isReplaced: true });
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <>
      <header className="row spread wrap campaign-head">
        <div className="stack tight grow">
          <h1 className="visually-hidden">{draft.name}</h1>
          <input
            className="input title"
            aria-label={texts.name}
            maxLength={150}
            disabled={!isAdmin}
            value={draft.name}
            onChange={({ target }) => change({ name: target.value })}
          />
          <div className="row wrap">
            <CampaignBadge status={campaign.status} />
            {campaign.status === "scheduled" && campaign.scheduledAt && (
              <span>{texts.scheduledFor(format.dateTime(campaign.scheduledAt))}</span>
            )}
            {isAdmin ? (
              <span className="soft small" role="status">
                {isDirty ? texts.unsaved : texts.saved}
              </span>
            ) : (
              <span className="soft small">{texts.onlyAdmins}</span>
            )}
          </div>
        </div>
        {isAdmin && (
          <Menu
            label={campaign.name}
            items={[
              { label: texts.remove, icon: "trash", isDanger: true, onSelect: () => setDeleting(true) },
            ]}
          />
        )}
      </header>
      {problem && <Failed message={`${problem.message} (${problem.code})`} />}
      <Tabs
        label={texts.steps}
        current={pathOf(current)}
        tabs={STEPS.map((each, i) => ({
          to: pathOf(each),
          name: `${format.number(i + 1)}. ${texts.step[each]}`,
        }))}
      />
      <fieldset className="campaign-step" disabled={!isAdmin}>
        {current === "audience" && <AudienceStep draft={draft} onChange={change} />}
        {current === "message" && (
          <MessageStep campaign={campaign} draft={draft} onChange={change} onChanged={onChanged} />
        )}
        {current === "delivery" && (
          <DeliveryStep campaign={campaign} draft={draft} onChange={change} onChanged={onChanged} />
        )}
        {current === "review" && (
          <ReviewStep campaign={campaign} needsApproval={needsApproval} flush={flush} onChanged={onChanged} />
        )}
      </fieldset>
      {next && (
        <p className="campaign-next">
          <Button look="primary" icon="forward" onClick={() => go(pathOf(next))}>
            {texts.next}: {texts.step[next]}
          </Button>
        </p>
      )}
      {isDeleting && (
        <Confirm
          title={texts.removeTitle(campaign.name)}
          action={texts.remove}
          isDanger
          onConfirm={() => void remove()}
          onClose={() => setDeleting(false)}
        >
          <p>{texts.removeHint}</p>
        </Confirm>
      )}
    </>
  );
}
