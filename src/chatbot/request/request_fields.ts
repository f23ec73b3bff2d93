import { defineFields, number } from "../fields/define_fields.ts";

/** Fields of all nodes that send requests. */
export const RETRIES = defineFields({
  apiRetries: number("The number of retries of a failed GET request, after 2, 4, 8 … seconds.", {
    default: 2,
    min: 0,
    max: 10,
  }),
});

/** The field for the timeout of a request. */
export function timeout() {
  return number("The timeout of the request, in milliseconds.", { default: 30_000, min: 100, max: 120_000 });
}

/** What a node that sends an HTTP request stores under its automatic name. */
export const HTTP_RESULTS = {
  data: "the stored part of the response",
  status: "the status of the response",
  error: "the error message",
};

/** The exits of a node that sends an HTTP request. */
export const HTTP_EXITS = [
  { handle: "success", label: "a response with a status of 2xx" },
  { handle: "error", label: "any other response, or none" },
];
