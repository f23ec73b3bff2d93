import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Panel } from "../pattern/section.tsx";
import type { Channel } from "./channel.ts";
import { words } from "./words.ts";

/** What Meta has reported of the number, and when. */
export function ChannelFacts({ channel: { whatsapp } }: { channel: Channel }) {
  const texts = useWords(words);
  const { ago } = useFormats();
  if (!whatsapp) return null;
  const { messagingLimit, qualityRating } = whatsapp;
  const when = (instant: string | null) =>
    instant && <span className="soft"> · {texts.reported(ago(instant))}</span>;
  return (
    <Panel title={texts.facts}>
      <dl className="facts">
        <dt>{texts.verifiedName}</dt>
        <dd>{whatsapp.verifiedName ?? texts.notReported}</dd>
        <dt>{texts.quality}</dt>
        <dd>
          {qualityRating
            ? (texts.qualities[qualityRating as keyof typeof texts.qualities] ?? qualityRating)
            : texts.notReported}
          {when(whatsapp.qualityRatingAt)}
        </dd>
        <dt>{texts.limit}</dt>
        <dd>
          {messagingLimit
            ? (texts.tiers[messagingLimit as keyof typeof texts.tiers] ?? messagingLimit)
            : texts.notReported}
          {when(whatsapp.messagingLimitAt)}
        </dd>
        <dt>{texts.phoneNumberId}</dt>
        <dd>{whatsapp.phoneNumberId}</dd>
        <dt>{texts.businessAccountId}</dt>
        <dd>{whatsapp.businessAccountId}</dd>
      </dl>
    </Panel>
  );
}
