import { text } from "../../ui/form/values.ts";

/**
 * A JSON value that was typed in; null where nothing was.
 * @throws Error with the message, if it is not JSON
 */
export function readJson(form: FormData, name: string, message: string): unknown {
  const entered = text(form, name);
  if (entered === "") return null;
  try {
    return JSON.parse(entered);
  } catch (error) {
    throw new Error(`${message}: ${error instanceof Error ? error.message : error}`);
  }
}
