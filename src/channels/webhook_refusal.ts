import { type ErrorCode, ParleyError } from "../base/errors.ts";

/** Why a webhook is not accepted, with the HTTP status of the answer. */
export class WebhookRefusal extends ParleyError {
  override name = "WebhookRefusal";
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** The answer to an untrusted sender: the same for a wrong signature and an unknown address. */
export function untrusted(): WebhookRefusal {
  return new WebhookRefusal(401, "PYSIG", "the signature is missing or wrong");
}

/** The provider must deliver the webhook again. */
export function comeAgain(reason: string): WebhookRefusal {
  return new WebhookRefusal(503, "PYUNA", reason);
}
