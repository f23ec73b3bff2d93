import pg from "pg";
import {
  type GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
} from "postgraphile/graphql";
import { ParleyError } from "../../base/errors.ts";
import { fieldName } from "../../base/field_name.ts";
import type { ConstraintColumns } from "../../database/constraint_columns.ts";

/** The field whose value was refused, and where in the mutation's arguments it is, if it is one of them. */
export type RefusedField = { field: string; inputPath?: readonly string[] };

/**
 * Finds it: an error of the program says so itself; one of the database names a column or a constraint, whose columns are
 * in the catalog.
 */
export function createFieldFinder(
  schema: GraphQLSchema,
  constraints: ConstraintColumns,
): (error: GraphQLError, cause: unknown) => RefusedField | undefined {
  return (error, cause) => {
    if (cause instanceof ParleyError)
      return cause.inputPath && { field: cause.inputPath.at(-1)!, inputPath: cause.inputPath };
    const fields = columnsOf(cause, constraints).map(fieldName);
    const [node] = error.nodes ?? [];
    const mutation = node?.kind === "Field" && schema.getMutationType()?.getFields()[node.name.value];
    const args = mutation ? mutation.args : [];
    // The last column of a key is the one that tells its rows apart: the name of a call in its data source.
    for (const field of fields.toReversed())
      for (const { name, type } of args) {
        const path = pathTo(field, type);
        if (path) return { field, inputPath: [name, ...path] };
      }
    const field = fields.at(-1);
    return field === undefined ? undefined : { field };
  };
}

function columnsOf(cause: unknown, constraints: ConstraintColumns): readonly string[] {
  if (!(cause instanceof pg.DatabaseError)) return [];
  const { column, constraint, detail } = cause;
  if (column) return [column];
  // The rows that refer to a deleted one are of another table.
  if (!constraint || detail?.includes("is still referenced")) return [];
  return constraints.get(constraint) ?? [];
}

/** Where a field is in an input: `["contact", "email"]`. Inputs of mutations do not contain themselves. */
function pathTo(field: string, input: GraphQLInputType): string[] | undefined {
  const type = getNamedType(input);
  if (!isInputObjectType(type)) return undefined;
  const fields = Object.values(type.getFields());
  if (fields.some(({ name }) => name === field)) return [field];
  for (const { name, type: inner } of fields) {
    const path = pathTo(field, inner);
    if (path) return [name, ...path];
  }
  return undefined;
}
