import { graphql, type ResultOf } from "../graphql/graphql.ts";

/** What a row of the list of contacts shows. */
const ROW = graphql(`
  fragment ContactRow on Contact {
    id name profileName username phone email status createdAt
    contactTags(first: 5) { nodes { nodeId tag { id name color } } }
  }
`);
export type ContactRow = ResultOf<typeof ROW>;

export const CONTACTS = graphql(
  `query Contacts($matching: JSON, $first: Int!, $after: Cursor) {
    contacts(matching: $matching, first: $first, after: $after, orderBy: [CREATED_AT_DESC]) {
      nodes { ...ContactRow }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [ROW],
);

export const COUNT = graphql(`
  query ContactCount($matching: JSON) { contacts(matching: $matching, first: 0) { totalCount } }
`);

export const GROUPS_AND_TAGS = graphql(`
  query ContactLists {
    tags(first: 500) { nodes { id name color } }
    groups(first: 500) { nodes { id name } }
    segments(first: 500) { nodes { id name } }
  }
`);

const IMPORT = graphql(`
  fragment ImportState on Import {
    id filename status isDryRun rowCount processedCount createdCount updatedCount unchangedCount failedCount
    header columns createdAt
    rows(first: 200, orderBy: [ROW_NUMBER_ASC]) { nodes { nodeId rowNumber errorCode error cells } }
  }
`);
export type ImportState = ResultOf<typeof IMPORT>;

export const IMPORT_STATE = graphql(`query ImportState($id: UUID!) { import(id: $id) { ...ImportState } }`, [
  IMPORT,
]);
export const START_IMPORT = graphql(`
  mutation StartImport($id: UUID!) { startImport(input: { importId: $id }) { import { id status isDryRun } } }
`);
export const CANCEL_IMPORT = graphql(`
  mutation CancelImport($id: UUID!) { cancelImport(input: { importId: $id }) { import { id status } } }
`);
