import { type ErrorCode, ParleyError } from "../base/errors.ts";

/** Why a webhook is not accepted, with the HTTP status that says so. */
export class WebhookRefusal extends ParleyError {
  override name = "WebhookRefusal";
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** The one answer to a sender that cannot be trusted: it does not tell a wrong signature from an unknown address. */
export function untrusted(): WebhookRefusal {
  return new WebhookRefusal(401, "PYSIG", "the signature is missing or wrong");
}

/** The provider has to deliver it again. */
export function comeAgain(reason: string): WebhookRefusal {
  return new WebhookRefusal(503, "PYUNA", reason);
}
