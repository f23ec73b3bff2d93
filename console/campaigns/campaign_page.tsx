import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useLiveRows } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { useReload } from "../ui/use_reload.ts";
import { useWords } from "../words/language.ts";
import { CAMPAIGN } from "./campaign_documents.ts";
import { CampaignEditor } from "./editor/campaign_editor.tsx";
import { CampaignResults } from "./results/campaign_results.tsx";
import { words } from "./words.ts";

/** A campaign: what it will be, while it has not started; then what it does. */
export function CampaignPage({ id, step }: { id: string; step: string }) {
  const texts = useWords(words);
  const [{ data, error }, reload] = useQuery({
    query: CAMPAIGN,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const reloadSoon = useReload(reload);
  useLiveRows("campaign", (changed) => changed.id === id && reloadSoon());
  const campaign = data?.campaign;
  const isOpen = campaign?.status === "draft" || campaign?.status === "scheduled";
  return (
    <div className="page">
      <Link to="campaigns" className="row back-link">
        <Icon name="back" />
        {texts.back}
      </Link>
      {error && !data && <Failed message={problemOf(error).message} />}
      {!data && !error && <Loading label={texts.loading} />}
      {data && !campaign && <Empty icon="campaign" title={texts.notFound} />}
      {campaign &&
        (isOpen ? (
          <CampaignEditor
            campaign={campaign}
            needsApproval={data.currentTenant?.requiresCampaignApproval ?? false}
            step={step}
            onChanged={reloadSoon}
          />
        ) : (
          <CampaignResults campaign={campaign} onChanged={reloadSoon} />
        ))}
    </div>
  );
}
