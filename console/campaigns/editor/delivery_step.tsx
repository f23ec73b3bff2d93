import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Field } from "../../ui/field.tsx";
import { Failed } from "../../ui/states.tsx";
import { showProblem } from "../../ui/toasts.tsx";
import { useFormat } from "../../words/format.ts";
import { useWords } from "../../words/language.ts";
import {
  ADD_CHANNEL,
  type Campaign,
  CHANNELS,
  REMOVE_CHANNEL,
  WEIGH_CHANNEL,
} from "../campaign_documents.ts";
import { words } from "../words.ts";
import type { Draft } from "./campaign_editor.tsx";
import { HoursField } from "./hours_field.tsx";

/** Who is left out, from which channels, how fast, and when not. */
export function DeliveryStep({
  campaign,
  draft,
  onChange,
  onChanged,
}: {
  campaign: Campaign;
  draft: Draft;
  onChange: (patch: Partial<Draft>) => void;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  return (
    <div className="stack delivery">
      <fieldset className="form-group">
        <legend>{texts.exclusions}</legend>
        <label className="row">
          <input
            type="checkbox"
            checked={draft.excludesRunning}
            onChange={({ target }) => onChange({ excludesRunning: target.checked })}
          />
          {texts.excludesRunning}
        </label>
        <HoursField
          label={texts.excludesContacted}
          hours={draft.excludesContactedHours}
          initial={24 * 3}
          onChange={(excludesContactedHours) => onChange({ excludesContactedHours })}
        />
        <HoursField
          label={texts.excludesInactive}
          hours={draft.excludesInactiveHours}
          initial={24 * 180}
          onChange={(excludesInactiveHours) => onChange({ excludesInactiveHours })}
        />
      </fieldset>
      <ChannelChoice campaign={campaign} onChanged={onChanged} />
      <Field label={texts.pace} hint={texts.paceHint}>
        {(given) => (
          <input
            {...given}
            className="input narrow"
            type="number"
            min={1}
            max={100_000}
            value={draft.messagesPerMinute ?? ""}
            onChange={({ target }) =>
              onChange({ messagesPerMinute: target.value === "" ? null : Math.trunc(Number(target.value)) })
            }
          />
        )}
      </Field>
      <fieldset className="form-group">
        <legend>{texts.quiet}</legend>
        <p className="hint">{texts.quietHint}</p>
        <div className="row wrap">
          {(["quietFrom", "quietUntil"] as const).map((key) => (
            <Field key={key} label={key === "quietFrom" ? texts.from : texts.until}>
              {(given) => (
                <input
                  {...given}
                  className="input narrow"
                  type="time"
                  value={draft[key]?.slice(0, 5) ?? ""}
                  onChange={({ target }) => onChange({ [key]: target.value || null })}
                />
              )}
            </Field>
          ))}
        </div>
      </fieldset>
    </div>
  );
}

/** The channels that send, with their weights. They are stored at once. */
function ChannelChoice({ campaign, onChanged }: { campaign: Campaign; onChanged: () => void }) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const [{ data, error }] = useQuery({ query: CHANNELS });
  const chosen = new Map(campaign.channels.nodes.map((each) => [each.channelId, each]));
  const total = campaign.channels.nodes.reduce((sum, { weight }) => sum + weight, 0);
  const run = async (action: () => Promise<unknown>) => {
    try {
      await action();
      onChanged();
    } catch (failure) {
      showProblem(failure);
    }
  };
  const toggle = (channelId: string) => {
    const nodeId = chosen.get(channelId)?.nodeId;
    return run(() =>
      nodeId === undefined
        ? connection.mutate(ADD_CHANNEL, { channel: { campaignId: campaign.id, channelId, weight: 1 } })
        : connection.mutate(REMOVE_CHANNEL, { nodeId }),
    );
  };
  return (
    <fieldset className="form-group">
      <legend>{texts.channels}</legend>
      <p className="hint">{chosen.size === 0 ? texts.defaultChannel : texts.channelsHint}</p>
      {error && !data && <Failed message={problemOf(error).message} />}
      {data?.channels?.nodes.map(({ id, name, isDefault }) => {
        const link = chosen.get(id);
        return (
          <div key={id} className="row wrap">
            <label className="row">
              <input type="checkbox" checked={link !== undefined} onChange={() => void toggle(id)} />
              {name} {isDefault && chosen.size === 0 && <span className="badge accent">✓</span>}
            </label>
            {link && chosen.size > 1 && (
              <label className="row">
                <span className="soft small">{texts.weight}</span>
                <input
                  className="input short"
                  type="number"
                  min={1}
                  max={1000}
                  defaultValue={link.weight}
                  onBlur={({ target }) => {
                    const weight = Math.trunc(Number(target.value));
                    if (weight === link.weight) return;
                    void run(() => connection.mutate(WEIGH_CHANNEL, { nodeId: link.nodeId, weight }));
                  }}
                />
                <span className="soft small">{format.percent(link.weight / total)}</span>
              </label>
            )}
          </div>
        );
      })}
    </fieldset>
  );
}
