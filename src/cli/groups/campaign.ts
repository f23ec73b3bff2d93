import { campaignCreate } from "../commands/campaign_create.ts";
import { campaignPreview } from "../commands/campaign_preview.ts";
import { campaignResults } from "../commands/campaign_results.ts";
import { campaignStatus } from "../commands/campaign_status.ts";
import {
  campaignCancel,
  campaignPause,
  campaignResume,
  campaignRetry,
  campaignStart,
} from "../commands/campaign_steps.ts";

/** `parley campaign …`. */
export const commands = () => [
  campaignCreate(),
  campaignPreview(),
  campaignStart(),
  campaignPause(),
  campaignResume(),
  campaignCancel(),
  campaignRetry(),
  campaignStatus(),
  campaignResults(),
];
