import { graphql, type ResultOf } from "../graphql/graphql.ts";

export const TEMPLATE_ROW = graphql(`
  fragment TemplateRow on Template {
    id name language category status statusReason qualityRating body businessAccountId updatedAt
  }
`);

export const TEMPLATES = graphql(
  `query Templates($after: Cursor, $filter: TemplateFilter) {
    templates(first: 50, after: $after, orderBy: [NAME_ASC, LANGUAGE_ASC], filter: $filter) {
      nodes { ...TemplateRow }
      pageInfo { hasNextPage endCursor }
    }
    whatsappChannels(first: 100) { nodes { channelId businessAccountId verifiedName templatesCheckedAt templatesProblem } }
  }`,
  [TEMPLATE_ROW],
);

export const TEMPLATE = graphql(`
  query Template($id: UUID!) {
    template(id: $id) {
      id name language category status statusReason statusDetails statusAt qualityRating qualityRatingAt parameterFormat
      components messageTtl problem businessAccountId heldAt updatedAt
      changes(first: 20, orderBy: [ID_DESC]) {
        nodes { id kind state createdAt endedAt attempts errorCode error requestedBy { nodeId user { id name email } } }
      }
    }
  }
`);

export type TemplateDetail = NonNullable<ResultOf<typeof TEMPLATE>["template"]>;
export type TemplateChange = TemplateDetail["changes"]["nodes"][number];

export const CHECK_TEMPLATE = graphql(`
  query CheckTemplate($category: TemplateCategory!, $format: TemplateParameterFormat!, $components: JSON!, $messageTtl: Int) {
    checkTemplate(category: $category, parameterFormat: $format, components: $components, messageTtl: $messageTtl)
  }
`);

export const CREATE_TEMPLATE = graphql(`
  mutation CreateTemplate($template: TemplateInput!) {
    createTemplate(input: { template: $template }) { template { id } }
  }
`);

export const UPDATE_TEMPLATE = graphql(`
  mutation UpdateTemplate($id: UUID!, $patch: TemplatePatch!) {
    updateTemplate(input: { id: $id, patch: $patch }) {
      template { id name language category parameterFormat components messageTtl problem updatedAt }
    }
  }
`);

export const SUBMIT_TEMPLATE = graphql(`
  mutation SubmitTemplate($id: UUID!) {
    submitTemplate(input: { templateId: $id }) { templateChange { id state template { id status } } }
  }
`);

export const EDIT_TEMPLATE = graphql(`
  mutation EditTemplate($id: UUID!, $components: JSON!, $category: TemplateCategory) {
    editTemplate(input: { templateId: $id, components: $components, category: $category }) { templateChange { id state } }
  }
`);

export const UNPAUSE_TEMPLATE = graphql(`
  mutation UnpauseTemplate($id: UUID!) {
    unpauseTemplate(input: { templateId: $id }) { templateChange { id state } }
  }
`);

export const DELETE_TEMPLATE = graphql(`
  mutation DeleteTemplate($id: UUID!) {
    deleteTemplate(input: { templateId: $id }) { templateChange { id state } }
  }
`);

export const SYNC_TEMPLATES = graphql(`mutation SyncTemplates { syncTemplates(input: {}) { accounts } }`);
