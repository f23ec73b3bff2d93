import { type ReactNode, useEffect, useState } from "react";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { Copyable } from "../pattern/copyable.tsx";
import { useFormats } from "../pattern/formats.ts";
import { Panel } from "../pattern/section.tsx";
import type { Channel } from "./channel.ts";
import { words } from "./words.ts";

const SYNC_TEMPLATES = graphql(`mutation SyncTemplates { syncTemplates(input: {}) { accounts } }`);

/** Neither the reading of templates nor a webhook is reported live, so both are looked up while something is still missing. */
const LOOK_MS = 4_000;

type State = "ok" | "waiting" | "problem";

/** The steps by which a number is connected, each with what is known of it. */
export function Checks({
  channel,
  verifyToken,
  reload,
}: {
  channel: Channel;
  verifyToken: string | null;
  reload: () => void;
}) {
  const texts = useWords(words);
  const { ago } = useFormats();
  const { whatsapp, status, statusReason } = channel;
  const [lastWebhook] = channel.webhookEvents.nodes;
  const [isAsked, setAsked] = useState(false);
  const isComplete = whatsapp?.templatesCheckedAt && !whatsapp.templatesProblem && lastWebhook && !isAsked;
  useEffect(() => {
    if (isComplete) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), LOOK_MS);
    return () => clearInterval(timer);
  }, [isComplete, reload]);
  if (!whatsapp) return null;
  const { templatesCheckedAt, templatesProblem } = whatsapp;
  return (
    <Panel title={texts.checks} about={texts.checksAbout}>
      <ol className="checks">
        <Step
          state={templatesProblem ? "problem" : templatesCheckedAt ? "ok" : "waiting"}
          title={texts.token}
        >
          <p>
            {templatesProblem
              ? texts.tokenProblem(templatesProblem)
              : templatesCheckedAt
                ? texts.tokenOk(ago(templatesCheckedAt))
                : texts.tokenWaiting}
          </p>
          <CheckAgain
            onAsked={() => {
              setAsked(true);
              setTimeout(() => setAsked(false), 3 * LOOK_MS);
            }}
          />
        </Step>
        <Step
          state={lastWebhook ? (lastWebhook.status === "failed" ? "problem" : "ok") : "waiting"}
          title={texts.webhook}
        >
          {lastWebhook ? (
            <p>
              {lastWebhook.status === "failed"
                ? texts.webhookFailed(lastWebhook.error ?? "")
                : texts.webhookOk(ago(lastWebhook.createdAt))}
            </p>
          ) : (
            <p>{texts.webhookText}</p>
          )}
          <Webhook channel={channel} verifyToken={verifyToken} />
        </Step>
        <Step
          state={status === "active" ? "ok" : status === "paused" ? "waiting" : "problem"}
          title={texts.sending}
        >
          <p>{statusReason ?? (status === "active" ? texts.sendingOk : texts.sendingPaused)}</p>
        </Step>
      </ol>
    </Panel>
  );
}

const ICONS = { ok: "check", waiting: "clock", problem: "warning" } as const;

function Step({ state, title, children }: { state: State; title: string; children: ReactNode }) {
  const texts = useWords(words);
  return (
    <li className={state}>
      <span className="mark">
        <Icon name={ICONS[state]} />
      </span>
      <div>
        <h3>
          {title} <span className="visually-hidden">({texts[state]})</span>
        </h3>
        {children}
      </div>
    </li>
  );
}

function CheckAgain({ onAsked }: { onAsked: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const ask = async () => {
    await connection.mutate(SYNC_TEMPLATES, {});
    showToast(texts.checking);
    onAsked();
  };
  return (
    <Button icon="refresh" onClick={() => void ask().catch(showProblem)}>
      {texts.checkAgain}
    </Button>
  );
}

function Webhook({
  channel: { webhookKey, webhookEvents },
  verifyToken,
}: {
  channel: Channel;
  verifyToken: string | null;
}) {
  const texts = useWords(words);
  if (!webhookKey) return null;
  return (
    <div className="webhook">
      <span className="soft">{texts.callback}</span>
      <Copyable label={texts.callback} text={`${location.origin}/webhooks/whatsapp/${webhookKey}`} />
      {location.protocol !== "https:" && webhookEvents.nodes.length === 0 && (
        <div className="notice warning">
          <Icon name="warning" />
          {texts.localAddress}
        </div>
      )}
      {verifyToken && (
        <>
          <span className="soft">
            {texts.verifyToken}. {texts.newVerifyToken}
          </span>
          <Copyable label={texts.verifyToken} text={verifyToken} />
        </>
      )}
    </div>
  );
}
