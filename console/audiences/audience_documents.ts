import { graphql, type ResultOf } from "../graphql/graphql.ts";

/** How lists of contacts name them. */
export const NAMED_CONTACT = graphql(
  `fragment NamedContact on Contact { id name profileName phone email status }`,
);
export type NamedContact = ResultOf<typeof NAMED_CONTACT>;

export const SEGMENTS = graphql(`
  query Segments($after: Cursor) {
    segments(first: 30, after: $after, orderBy: [ID_DESC]) {
      nodes { id name description count updatedAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const SEGMENT = graphql(`
  query Segment($id: UUID!) { segment(id: $id) { id name description filter updatedAt } }
`);

export const PREVIEW_SEGMENT = graphql(
  `query PreviewSegment($filter: JSON!) { previewSegment(filter: $filter) { count sample { ...NamedContact } } }`,
  [NAMED_CONTACT],
);

export const CREATE_SEGMENT = graphql(`
  mutation CreateSegment($segment: SegmentInput!) {
    createSegment(input: { segment: $segment }) { segment { id name description filter count } }
  }
`);

export const UPDATE_SEGMENT = graphql(`
  mutation UpdateSegment($id: UUID!, $patch: SegmentPatch!) {
    updateSegment(input: { id: $id, patch: $patch }) { segment { id name description filter count updatedAt } }
  }
`);

export const DELETE_SEGMENT = graphql(`
  mutation DeleteSegment($id: UUID!) { deleteSegment(input: { id: $id }) { segment { id } } }
`);

export const GROUPS = graphql(`
  query Groups($after: Cursor) {
    groups(first: 30, after: $after, orderBy: [ID_DESC]) {
      nodes { id name description count updatedAt }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const GROUP = graphql(`query Group($id: UUID!) { group(id: $id) { id name description count } }`);

export const GROUP_MEMBERS = graphql(
  `query GroupMembers($filter: JSON!, $after: Cursor) {
    contacts(matching: $filter, first: 50, after: $after, orderBy: [CREATED_AT_DESC]) {
      nodes { ...NamedContact }
      pageInfo { hasNextPage endCursor }
    }
  }`,
  [NAMED_CONTACT],
);

export const CREATE_GROUP = graphql(`
  mutation CreateGroup($group: GroupInput!) { createGroup(input: { group: $group }) { group { id name description count } } }
`);

export const UPDATE_GROUP = graphql(`
  mutation UpdateGroup($id: UUID!, $patch: GroupPatch!) {
    updateGroup(input: { id: $id, patch: $patch }) { group { id name description } }
  }
`);

export const DELETE_GROUP = graphql(`
  mutation DeleteGroup($id: UUID!) { deleteGroup(input: { id: $id }) { group { id } } }
`);

export const ADD_MEMBERS = graphql(`
  mutation AddMembers($groupId: UUID!, $contactIds: [UUID!]!) {
    addContactsToGroup(input: { groupId: $groupId, contactIds: $contactIds }) { outcomes { id code message } }
  }
`);

export const REMOVE_MEMBERS = graphql(`
  mutation RemoveMembers($groupId: UUID!, $contactIds: [UUID!]!) {
    removeContactsFromGroup(input: { groupId: $groupId, contactIds: $contactIds }) { outcomes { id code message } }
  }
`);

export const SEARCH_CONTACTS = graphql(
  `query SearchContactsByWords($query: String!) { searchContacts(query: $query, first: 8) { nodes { ...NamedContact } } }`,
  [NAMED_CONTACT],
);
