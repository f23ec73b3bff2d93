import "./campaigns.css";
import { CampaignList } from "./campaign_list.tsx";
import { CampaignPage } from "./campaign_page.tsx";

/** `campaigns`, `campaigns/<id>`, and `campaigns/<id>/<step>` of one that has not started. */
export default function CampaignsPage({ path }: { path: string }) {
  const [id, step] = path.split("/");
  return id ? <CampaignPage key={id} id={id} step={step ?? ""} /> : <CampaignList />;
}
