import { useState } from "react";
import { exportCsv } from "../../audiences/export_csv.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/form/confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import {
  CANCEL_CAMPAIGN,
  type Campaign,
  CREATE_CAMPAIGN,
  DELETE_CAMPAIGN,
  PAUSE_CAMPAIGN,
  RESUME_CAMPAIGN,
  RETRY_CAMPAIGN,
} from "../campaign_documents.ts";
import { Tile } from "../editor/preview_result.tsx";
import { hoursOf, intervalOf } from "../interval.ts";
import { Progress } from "../progress.tsx";
import { CampaignBadge } from "../status_badge.tsx";
import { words } from "../words.ts";
import { Reasons } from "./reasons.tsx";
import { Recipients } from "./recipients.tsx";
import { VariantResults } from "./variant_results.tsx";

/** A campaign that has started: how far it is, what came of it, and what can be done. */
export function CampaignResults({ campaign, onChanged }: { campaign: Campaign; onChanged: () => void }) {
  const texts = useWords(words);
  const format = useFormat();
  const { id, name, status, statusReason, figures, forecast, startedAt, completedAt, frozenAt } = campaign;
  const limit = forecast?.limitedBy as keyof typeof texts.limitedBy | undefined;
  const facts = [
    startedAt && texts.startedAt(format.dateTime(startedAt)),
    completedAt && texts.completedAt(format.dateTime(completedAt)),
    forecast &&
      `${texts.expected(format.dateTime(forecast.finishesAt))}, ${limit && (texts.limitedBy[limit] ?? limit)}`,
  ].filter(Boolean);
  const share = (count: number, of: number) => of > 0 && format.percent(count / of);
  return (
    <div className="stack results">
      <header className="row spread wrap campaign-head">
        <div className="stack tight">
          <h1>{name}</h1>
          <div className="row wrap">
            <CampaignBadge status={status} />
            <span className="soft">{facts.join(" · ")}</span>
          </div>
        </div>
        <Actions campaign={campaign} onChanged={onChanged} />
      </header>
      {statusReason && (
        <div className="notice warning">
          <Icon name="warning" />
          {statusReason}
        </div>
      )}
      {!frozenAt && status === "running" && <p role="status">{texts.preparing}</p>}
      {figures.recipients > 0 && <Progress figures={figures} hasLegend />}
      <dl className="tiles">
        <Tile name={texts.figure.recipients} value={format.number(figures.recipients)} />
        {(["sent", "delivered", "read", "replied", "clicked", "failed", "skipped"] as const).map((each) => (
          <Tile
            key={each}
            name={texts.figure[each]}
            value={format.number(figures[each])}
            note={share(
              figures[each],
              each === "skipped" || each === "failed" ? figures.recipients : figures.sent,
            )}
          />
        ))}
      </dl>
      {campaign.variants.nodes.length > 0 && <VariantResults variants={campaign.variants.nodes} />}
      {campaign.reasons.length > 0 && <Reasons campaign={campaign} onChanged={onChanged} />}
      <Recipients campaignId={id} version={JSON.stringify(figures)} />
    </div>
  );
}

function Actions({ campaign, onChanged }: { campaign: Campaign; onChanged: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const [asks, setAsks] = useState<"cancel" | "remove" | null>(null);
  const { id, name, status, figures } = campaign;
  const run = async (action: () => Promise<unknown>) => {
    try {
      await action();
      onChanged();
    } catch (error) {
      showProblem(error);
    }
  };
  const copy = () =>
    run(async () => {
      const { createCampaign } = await connection.mutate(CREATE_CAMPAIGN, {
        campaign: copyOf(campaign, texts),
      });
      go(`campaigns/${createCampaign?.campaign.id}`);
    });
  const remove = () =>
    run(async () => {
      await connection.mutate(DELETE_CAMPAIGN, { id });
      go("campaigns", { isReplaced: true });
    });
  const isGoing = status === "running" || status === "paused";
  const items: MenuItem[] = [
    {
      label: texts.exportCsv,
      icon: "download",
      onSelect: () => void run(() => exportCsv(connection, "campaign_recipients", name, { campaign: id })),
    },
    ...(isAdmin
      ? [
          { label: texts.copy, icon: "copy" as const, onSelect: () => void copy() },
          ...(isGoing
            ? [
                {
                  label: texts.cancelCampaign,
                  icon: "stop" as const,
                  isDanger: true,
                  onSelect: () => setAsks("cancel"),
                },
              ]
            : [
                {
                  label: texts.remove,
                  icon: "trash" as const,
                  isDanger: true,
                  onSelect: () => setAsks("remove"),
                },
              ]),
        ]
      : []),
  ];
  return (
    <div className="row wrap">
      {isAdmin && status === "running" && (
        <Button icon="pause" onClick={() => void run(() => connection.mutate(PAUSE_CAMPAIGN, { id }))}>
          {texts.pause}
        </Button>
      )}
      {isAdmin && status === "paused" && (
        <Button
          look="primary"
          icon="play"
          onClick={() => void run(() => connection.mutate(RESUME_CAMPAIGN, { id }))}
        >
          {texts.resume}
        </Button>
      )}
      {isAdmin && figures.failed > 0 && (isGoing || status === "completed") && (
        <Button
          icon="refresh"
          onClick={() => void run(() => connection.mutate(RETRY_CAMPAIGN, { id, errorCodes: null }))}
        >
          {texts.retry}
        </Button>
      )}
      <Menu label={name} items={items} />
      {asks === "cancel" && (
        <Confirm
          title={texts.cancelTitle(name)}
          action={texts.cancelCampaign}
          isDanger
          onConfirm={() => void run(() => connection.mutate(CANCEL_CAMPAIGN, { id }))}
          onClose={() => setAsks(null)}
        >
          <p>{texts.cancelHint}</p>
        </Confirm>
      )}
      {asks === "remove" && (
        <Confirm
          title={texts.removeTitle(name)}
          action={texts.remove}
          isDanger
          onConfirm={() => void remove()}
          onClose={() => setAsks(null)}
        >
          <p>{texts.removeHint}</p>
        </Confirm>
      )}
    </div>
  );
}

/** A new campaign like this one, without its variants and channels. */
function copyOf(campaign: Campaign, texts: typeof words.en) {
  const { audience, templateName, language, text, parameters, messagesPerMinute, quietFrom, quietUntil } =
    campaign;
  return {
    ...{ audience, templateName, language, text, parameters, messagesPerMinute, quietFrom, quietUntil },
    name: texts.copyName(campaign.name).slice(0, 150),
    excludesRunning: campaign.excludesRunning,
    excludesContactedWithin: intervalOf(hoursOf(campaign.excludesContactedWithin)),
    excludesInactiveFor: intervalOf(hoursOf(campaign.excludesInactiveFor)),
  };
}
