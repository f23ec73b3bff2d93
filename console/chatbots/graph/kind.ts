/** A kind of node, as `chatbotNodeKinds` describes it. */
export type Kind = {
  kind: string;
  about: string;
  isStart: boolean;
  waits: boolean;
  fields: readonly Field[];
  exits: readonly { handle: string; label: string }[];
  ownExits: string | null;
  results: readonly { name: string; about: string }[];
};

export type Field = {
  name: string;
  type: string;
  about: string;
  isRequired?: boolean;
  default?: unknown;
  options?: readonly string[] | null;
  minimum?: number | null;
  maximum?: number | null;
  limit?: number | null;
  refersTo?: string | null;
  items?: readonly Field[];
};

export type Kinds = ReadonlyMap<string, Kind>;
