import "postgraphile";
import type { PgSelectSingleStep } from "postgraphile/@dataplan/pg";
import type { Step } from "postgraphile/grafast";

/** Columns of app_public.messages_current(). */
const FIELDS = {
  currentContent: {
    column: "current_content",
    type: "JSON",
    description:
      "The content after the latest edit, of the same type. Null if the message was deleted by its author; `content` still has what was written.",
  },
  currentPreview: {
    column: "current_preview",
    type: "String",
    description: 'The preview of `currentContent`; "[deleted]" if the message was deleted by its author.',
  },
  editedAt: {
    column: "edited_at",
    type: "Datetime",
    description:
      "When the message was last edited by its author, by the provider's clock. Null if it was not.",
  },
  revokedAt: {
    column: "revoked_at",
    type: "Datetime",
    description: "When the message was deleted by its author, by the provider's clock. Null if it was not.",
  },
} as const;

/**
 * What a message shows now are fields of Message. They come from one function that returns a row, because Postgres does not
 * inline a function that returns a single value and reads a table.
 */
export const CurrentMessage: GraphileConfig.Plugin = {
  name: "ParleyCurrentMessage",
  version: "1.0.0",
  after: ["PgCustomTypeFieldPlugin"],
  schema: {
    hooks: {
      GraphQLObjectType_fields(fields, build, { Self, fieldWithHooks }) {
        if (Self.name !== "Message") return fields;
        const { current, ...kept } = fields;
        const planRow = current?.plan;
        if (!planRow) throw new Error("messages_current() is missing");
        // All fields of a message take their values from one row.
        const rows = new WeakMap<Step, PgSelectSingleStep>();
        const rowOf = ($message: Step, plan: () => Step) => {
          const $row = rows.get($message) ?? (plan() as PgSelectSingleStep);
          rows.set($message, $row);
          return $row;
        };
        for (const [fieldName, { column, type, description }] of Object.entries(FIELDS))
          kept[fieldName] = fieldWithHooks(
            { fieldName },
            {
              type: build.getOutputTypeByName(type),
              description,
              plan: ($message, args, info) =>
                rowOf($message, () => planRow($message, args, info)).get(column),
            },
          );
        return kept;
      },
    },
  },
};
