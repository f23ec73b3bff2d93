import { useCallback, useEffect, useState } from "react";
import { useContactName } from "../../audiences/contact_name.ts";
import { ContactSearch } from "../../audiences/contact_search.tsx";
import { type Problem, problemOf } from "../../graphql/problem.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { Button } from "../../ui/button.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { type Campaign, PREVIEW_CAMPAIGN, type Preview, SEND_TEST } from "../campaign_documents.ts";
import { words } from "../words.ts";
import { PreviewResult } from "./preview_result.tsx";
import { StartPanel } from "./start_panel.tsx";

/** What would happen, a test, and the start. */
export function ReviewStep({
  campaign,
  needsApproval,
  flush,
  onChanged,
}: {
  campaign: Campaign;
  needsApproval: boolean;
  /** Stores what was changed last. */
  flush: () => Promise<void>;
  onChanged: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const [preview, setPreview] = useState<Preview | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { id } = campaign;
  const check = useCallback(async () => {
    setPreview(null);
    setProblem(null);
    try {
      await flush();
      const { previewCampaign } = await connection.query(PREVIEW_CAMPAIGN, { id });
      setPreview(previewCampaign);
    } catch (error) {
      setProblem(problemOf(error));
    }
  }, [connection, flush, id]);
  useEffect(() => void check(), [check]);
  return (
    <div className="review">
      <section className="stack" aria-label={texts.checked}>
        <div className="row wrap spread">
          <h2>{texts.checked}</h2>
          <Button icon="refresh" className="small" onClick={() => void check()}>
            {texts.check}
          </Button>
        </div>
        {problem && <Failed message={`${problem.message} (${problem.code})`} />}
        {!preview && !problem && <Loading label={texts.loading} />}
        {preview && <PreviewResult preview={preview} variants={campaign.variants.nodes} />}
      </section>
      <div className="stack">
        <StartPanel
          campaign={campaign}
          needsApproval={needsApproval}
          recipients={preview?.recipients ?? 0}
          isReady={preview !== null && preview.recipients > 0}
          onChanged={onChanged}
        />
        <TestPanel campaign={campaign} flush={flush} />
      </div>
    </div>
  );
}

/** Sends the message to one contact, such as a colleague. */
function TestPanel({ campaign, flush }: { campaign: Campaign; flush: () => Promise<void> }) {
  const texts = useWords(words);
  const connection = useConnection();
  const nameOf = useContactName();
  const variants = campaign.variants.nodes;
  const [variantId, setVariantId] = useState("");
  const send = async (contact: Parameters<typeof nameOf>[0] & { id: string }) => {
    try {
      await flush();
      await connection.mutate(SEND_TEST, {
        id: campaign.id,
        contactId: contact.id,
        variantId: variantId || null,
      });
      showToast(texts.testSent(nameOf(contact).name));
    } catch (error) {
      showProblem(error);
    }
  };
  return (
    <section className="card stack" aria-label={texts.test}>
      <h2>{texts.test}</h2>
      {variants.length > 0 && (
        <select
          className="input"
          aria-label={texts.variant}
          value={variantId}
          onChange={({ target }) => setVariantId(target.value)}
        >
          <option value="">
            {texts.variant}: {texts.ofVariant}
          </option>
          {variants.map(({ id, name }) => (
            <option key={id} value={id}>
              {texts.variant} {name}
            </option>
          ))}
        </select>
      )}
      <ContactSearch label={texts.testTo} onChoose={(contact) => void send(contact)} />
    </section>
  );
}
