import "postgraphile";
import { type ObjectStep, type Step, sideEffect, TRAP_ERROR_OR_INHIBITED, trap } from "postgraphile/grafast";
import { ParleyError } from "../../base/errors.ts";

/**
 * Changing or deleting a row that is not there, or that the person's role does not let them change, is an error (PYNFD);
 * PostGraphile itself answers an update with null and no error, and a delete with a text of its own.
 */
export const MissingRow: GraphileConfig.Plugin = {
  name: "ParleyMissingRow",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, _build, context) {
        const { isPgUpdateMutation, isPgDeleteMutation } = context.scope as {
          isPgUpdateMutation?: boolean;
          isPgDeleteMutation?: boolean;
        };
        const { plan } = field;
        if (!plan || !(isPgUpdateMutation || isPgDeleteMutation)) return field;
        return {
          ...field,
          plan($root, args, info) {
            const $payload = plan($root, args, info) as ObjectStep<{ result: Step }>;
            // A node id that is not one, or of another type, inhibits the step.
            const $row = trap($payload.getStepForKey("result"), TRAP_ERROR_OR_INHIBITED, {
              valueForError: "PASS_THROUGH",
              valueForInhibited: "NULL",
            });
            sideEffect($row, requireRow);
            return $payload;
          },
        };
      },
    },
  },
};

function requireRow(row: unknown): void {
  if (row == null || (row instanceof Error && row.message.startsWith("No values were deleted")))
    throw new ParleyError("PYNFD", "There is no such row, or your role may not change it");
  if (row instanceof Error) throw row;
}
