import { GraphQLError } from "postgraphile/graphql";

/**
 * What graphql-js refuses in a request: which variable or field it was, without its value, which may be a secret or very
 * long, and without "Did you mean", which tells what there is to those who may not look.
 */
export function describeRefusal(error: Error, cause: Error): string {
  const message = cause.message
    .replace(/ Did you mean .*$/s, "")
    .replace(/^([\w" ]+ cannot represent [\w -]+): .*$/s, "$1")
    .replace(/^Value ".*" does not exist in /s, "There is no such value in ");
  const variable = refusedVariable(error);
  return variable === undefined ? message : `Variable "$${variable}": ${message}`;
}

/** The path of a variable's refused value, such as `input.contact.name`: graphql-js wraps the refusal in it. */
function refusedVariable(error: unknown): string | undefined {
  if (!(error instanceof GraphQLError) || !error.originalError) return undefined;
  const { message, originalError } = error;
  const tail = `; ${originalError.message}`;
  if (!message.startsWith('Variable "$') || !message.endsWith(tail)) return refusedVariable(originalError);
  const head = message.slice(0, -tail.length);
  return (/ at "([\w.[\]]+)"$/.exec(head) ?? /^Variable "\$(\w+)"/.exec(head))?.[1];
}
