import { type DocumentInput, gql } from "@urql/core";
import type { initGraphQLTada } from "gql.tada";
import type { introspection } from "./introspection.d.ts";

type Setup = {
  introspection: introspection;
  disableMasking: true;
  scalars: {
    UUID: string;
    Datetime: string;
    Date: string;
    Time: string;
    BigFloat: string;
    BigInt: string;
    Cursor: string;
    // biome-ignore lint/suspicious/noExplicitAny: contents are JSON, and what reads them checks them
    JSON: any;
  };
};

/** A document with the types of its result and variables, inferred from its text; `fragments` are those that it uses. */
export const graphql = ((source: string, fragments: readonly DocumentInput[] = []) =>
  gql(
    Object.assign([source, ...fragments.map(() => "")], { raw: [] }) as TemplateStringsArray,
    ...fragments,
  )) as unknown as initGraphQLTada<Setup>;

export type { ResultOf, VariablesOf } from "gql.tada";
