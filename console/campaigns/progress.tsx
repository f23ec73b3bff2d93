import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import type { Figures } from "./campaign_documents.ts";
import { words } from "./words.ts";

/** The parts of a bar of all recipients: each in one of them. */
export function partsOf({ recipients, pending, queued, sent, delivered, read, failed, skipped }: Figures) {
  // sent, delivered and read contain what follows them.
  const parts = [
    { state: "read", count: read },
    { state: "delivered", count: delivered - read },
    { state: "sent", count: sent - delivered },
    { state: "failed", count: failed },
    { state: "skipped", count: skipped },
    { state: "queued", count: queued },
    { state: "pending", count: pending },
  ] as const;
  return parts.filter(({ count }) => count > 0).map((part) => ({ ...part, share: part.count / recipients }));
}

/** How far a campaign is, as a bar. */
export function Progress({ figures, hasLegend = false }: { figures: Figures; hasLegend?: boolean }) {
  const texts = useWords(words);
  const format = useFormat();
  const { recipients, pending, queued, skipped } = figures;
  const all = recipients - skipped;
  const text = texts.progress(format.number(all - pending - queued), format.number(all));
  const parts = partsOf(figures);
  return (
    <div className="campaign-progress">
      <div className="bar" role="img" aria-label={text}>
        {parts.map(({ state, share }) => (
          <span key={state} className={state} style={{ flexGrow: share }} />
        ))}
      </div>
      {hasLegend ? (
        <ul className="legend">
          {parts.map(({ state, count }) => (
            <li key={state}>
              <span className={`dot ${state}`} />
              {texts.state[state]} {format.number(count)}
            </li>
          ))}
        </ul>
      ) : (
        <span className="soft small">{text}</span>
      )}
    </div>
  );
}
