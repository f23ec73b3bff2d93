import { NAMED_CONTACT } from "../audiences/audience_documents.ts";
import { graphql, type ResultOf } from "../graphql/graphql.ts";

const FIGURES = graphql(`
  fragment Figures on CampaignFigure { recipients pending queued sent delivered read replied clicked failed skipped }
`);
export type Figures = ResultOf<typeof FIGURES>;

const ROW = graphql(
  `fragment CampaignRow on Campaign {
    id name status statusReason scheduledAt startedAt completedAt createdAt templateName text figures { ...Figures }
  }`,
  [FIGURES],
);

export const CAMPAIGNS = graphql(
  `query Campaigns($after: Cursor, $filter: CampaignFilter) {
    campaigns(first: 30, after: $after, orderBy: [CREATED_AT_DESC], filter: $filter) {
      nodes { ...CampaignRow }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [ROW],
);

export const CAMPAIGN = graphql(
  `query Campaign($id: UUID!) {
    currentTenant { id requiresCampaignApproval }
    campaign(id: $id) {
      ...CampaignRow
      description audience templateName language text parameters messagesPerMinute quietFrom quietUntil excludesRunning
      excludesContactedWithin { years months days hours minutes seconds }
      excludesInactiveFor { years months days hours minutes seconds }
      pausedAt frozenAt approvedAt approvedById editedById
      approvedBy { nodeId user { id name email } }
      editedBy { nodeId user { id name email } }
      forecast { finishesAt limitedBy }
      reasons { state errorCode recipients }
      variants(first: 50) {
        nodes { id name weight templateName language text parameters figures { ...Figures } }
      }
      channels(first: 50) { nodes { nodeId weight channelId channel { id name } } }
    }
  }`,
  [ROW, FIGURES],
);
export type Campaign = NonNullable<ResultOf<typeof CAMPAIGN>["campaign"]>;
export type Variant = Campaign["variants"]["nodes"][number];

export const CREATE_CAMPAIGN = graphql(`
  mutation CreateCampaign($campaign: CampaignInput!) { createCampaign(input: { campaign: $campaign }) { campaign { id } } }
`);
export const UPDATE_CAMPAIGN = graphql(`
  mutation UpdateCampaign($id: UUID!, $patch: CampaignPatch!) {
    updateCampaign(input: { id: $id, patch: $patch }) { campaign { id name status approvedAt audience } }
  }
`);
export const DELETE_CAMPAIGN = graphql(`
  mutation DeleteCampaign($id: UUID!) { deleteCampaign(input: { id: $id }) { campaign { id } } }
`);
export const CREATE_VARIANT = graphql(`
  mutation CreateVariant($variant: CampaignVariantInput!) {
    createCampaignVariant(input: { campaignVariant: $variant }) { campaignVariant { id } }
  }
`);
export const UPDATE_VARIANT = graphql(`
  mutation UpdateVariant($id: UUID!, $patch: CampaignVariantPatch!) {
    updateCampaignVariant(input: { id: $id, patch: $patch }) { campaignVariant { id name weight } }
  }
`);
export const DELETE_VARIANT = graphql(`
  mutation DeleteVariant($id: UUID!) { deleteCampaignVariant(input: { id: $id }) { campaignVariant { id } } }
`);
export const ADD_CHANNEL = graphql(`
  mutation AddCampaignChannel($channel: CampaignChannelInput!) {
    createCampaignChannel(input: { campaignChannel: $channel }) { campaignChannel { nodeId } }
  }
`);
export const WEIGH_CHANNEL = graphql(`
  mutation WeighCampaignChannel($nodeId: ID!, $weight: Int!) {
    updateCampaignChannel(input: { nodeId: $nodeId, patch: { weight: $weight } }) { campaignChannel { nodeId weight } }
  }
`);
export const REMOVE_CHANNEL = graphql(`
  mutation RemoveCampaignChannel($nodeId: ID!) {
    deleteCampaignChannel(input: { nodeId: $nodeId }) { campaignChannel { nodeId } }
  }
`);
export const CHANNELS = graphql(`
  query CampaignChannels { channels(first: 100) { nodes { id name status isDefault messagesPerSecond } } }
`);

export const PREVIEW_CAMPAIGN = graphql(`
  query PreviewCampaign($id: UUID!) {
    previewCampaign(campaignId: $id) {
      contacts recipients finishesAt limitedBy
      skipped { errorCode recipients }
      costs { category recipients amount currency }
      examples { contactId name phone channelId language text variantId problem }
    }
  }
`);
export type Preview = NonNullable<ResultOf<typeof PREVIEW_CAMPAIGN>["previewCampaign"]>;

export const SEND_TEST = graphql(`
  mutation SendCampaignTest($id: UUID!, $contactId: UUID!, $variantId: UUID) {
    sendCampaignTest(input: { campaignId: $id, contactId: $contactId, variantId: $variantId }) { message { id preview } }
  }
`);
export const APPROVE_CAMPAIGN = graphql(`
  mutation ApproveCampaign($id: UUID!) { approveCampaign(input: { campaignId: $id }) { campaign { id approvedAt } } }
`);
export const START_CAMPAIGN = graphql(`
  mutation StartCampaign($id: UUID!, $at: Datetime) {
    startCampaign(input: { campaignId: $id, at: $at }) { campaign { id status scheduledAt } }
  }
`);
export const PAUSE_CAMPAIGN = graphql(`
  mutation PauseCampaign($id: UUID!) { pauseCampaign(input: { campaignId: $id }) { campaign { id status statusReason } } }
`);
export const RESUME_CAMPAIGN = graphql(`
  mutation ResumeCampaign($id: UUID!) { resumeCampaign(input: { campaignId: $id }) { campaign { id status statusReason } } }
`);
export const CANCEL_CAMPAIGN = graphql(`
  mutation CancelCampaign($id: UUID!) { cancelCampaign(input: { campaignId: $id }) { campaign { id status statusReason } } }
`);
export const RETRY_CAMPAIGN = graphql(`
  mutation RetryCampaign($id: UUID!, $errorCodes: [String!]) {
    retryCampaign(input: { campaignId: $id, errorCodes: $errorCodes }) { campaign { id status } }
  }
`);

export const RECIPIENTS = graphql(
  `query CampaignRecipients($id: UUID!, $matching: JSON, $after: Cursor) {
    campaign(id: $id) {
      id
      recipients(first: 50, after: $after, matching: $matching) {
        nodes {
          nodeId state errorCode reason attempts dueAt sentAt repliedAt clickedAt clicked language messageId
          contact { ...NamedContact }
          variant { id name }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }`,
  [NAMED_CONTACT],
);

export const MESSAGE_TEMPLATES = graphql(`
  query CampaignTemplates {
    templates(first: 1000, orderBy: [NAME_ASC, LANGUAGE_ASC], filter: { status: { in: [approved, unknown] } }) {
      nodes { id name language category }
    }
  }
`);
export const MESSAGE_TEMPLATE = graphql(`
  query CampaignTemplate($name: String!) {
    templates(first: 20, filter: { name: { equalTo: $name }, status: { notIn: [draft, deleted] } }) {
      nodes { id name language category status parameterFormat components }
    }
  }
`);
export const CONTACT_FIELDS = graphql(`
  query CampaignContactFields { contactFields(first: 200) { nodes { id key label } } }
`);
export const AUDIENCE_LISTS = graphql(`
  query AudienceLists {
    groups(first: 500, orderBy: [ID_DESC]) { nodes { id name count } }
    segments(first: 200, orderBy: [ID_DESC]) { nodes { id name description } }
  }
`);
