import type { Clock } from "./clock.ts";
import type { JsonObject } from "./json.ts";
import type { NumberDirectory } from "./numbers.ts";
import type { Template } from "./templates.ts";
import type { WebhookDispatcher } from "./webhooks/dispatcher.ts";

/** What Meta decides about a template. */
export type TemplateDecision =
  | { kind: "approve" }
  | { kind: "reject"; reason?: string | undefined }
  | { kind: "pause" }
  | { kind: "disable" }
  | { kind: "recategorise"; category: Template["category"] }
  | { kind: "rate"; score: "GREEN" | "YELLOW" | "RED" };

interface Parts {
  clock: Clock;
  numbers: NumberDirectory;
  webhooks: WebhookDispatcher;
  /** Null: templates wait until they are decided on. */
  approvesAfterMs: number | null;
}

/** Reviews templates and reports what is decided about them. */
export class TemplateReview {
  readonly #parts: Parts;
  approvesAfterMs: number | null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.approvesAfterMs = parts.approvesAfterMs;
  }

  /** A template that was created or edited waits for its approval. */
  begin(businessAccountId: string, template: Template): void {
    if (this.approvesAfterMs === null) return;
    this.#parts.clock.setTimeout(() => {
      if (template.status === "PENDING") this.decide(businessAccountId, template, { kind: "approve" });
    }, this.approvesAfterMs);
  }

  decide(businessAccountId: string, template: Template, decision: TemplateDecision): void {
    switch (decision.kind) {
      case "approve":
        template.status = "APPROVED";
        delete template.rejected_reason;
        this.#reportStatus(businessAccountId, template, "NONE");
        break;
      case "reject":
        template.status = "REJECTED";
        template.rejected_reason = decision.reason ?? "INVALID_FORMAT";
        this.#reportStatus(businessAccountId, template, template.rejected_reason);
        break;
      case "pause":
        template.status = "PAUSED";
        this.#reportStatus(businessAccountId, template, "NONE", {
          other_info: {
            title: "FIRST_PAUSE",
            description: "Your template has been paused for 3 hours because customers disliked it.",
          },
        });
        break;
      case "disable":
        template.status = "DISABLED";
        this.#reportStatus(businessAccountId, template, "NONE", {
          disable_info: { disable_date: Math.floor(this.#parts.clock.now() / 1000) },
        });
        break;
      case "recategorise": {
        const previous = template.category;
        template.category = decision.category;
        this.#report(businessAccountId, template, "template_category_update", {
          previous_category: previous,
          new_category: decision.category,
        });
        break;
      }
      case "rate": {
        const previous = template.quality_score?.score ?? "UNKNOWN";
        template.quality_score = { score: decision.score };
        this.#report(businessAccountId, template, "message_template_quality_update", {
          previous_quality_score: previous,
          new_quality_score: decision.score,
        });
        break;
      }
      default:
        decision satisfies never;
    }
  }

  #reportStatus(account: string, template: Template, reason: string, more: JsonObject = {}): void {
    this.#report(account, template, "message_template_status_update", {
      event: template.status,
      reason,
      message_template_category: template.category,
      ...more,
    });
  }

  #report(businessAccountId: string, template: Template, field: string, value: JsonObject): void {
    const [number] = this.#parts.numbers.ofAccount(businessAccountId);
    if (!number) return;
    this.#parts.webhooks.send({
      kind: "field",
      number,
      field,
      value: {
        message_template_id: Number(template.id),
        message_template_name: template.name,
        message_template_language: template.language,
        ...value,
      },
    });
  }
}
