import { defineFields, number } from "../fields/define_fields.ts";

/** Fields of every node that sends requests. */
export const RETRIES = defineFields({
  apiRetries: number("Further attempts of a GET that failed, after 2, 4, 8 … seconds.", {
    default: 2,
    min: 0,
    max: 10,
  }),
});

/** How long a request may take. */
export function timeout() {
  return number("Milliseconds the request may take.", { default: 30_000, min: 100, max: 120_000 });
}
