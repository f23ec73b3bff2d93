import { GraphError } from "./graph_error.ts";

export interface TemplateButton {
  type: "QUICK_REPLY" | "URL" | "PHONE_NUMBER" | "COPY_CODE" | "FLOW";
  text: string;
  /** With at most one variable, at its end. */
  url?: string;
  phone_number?: string;
}

type TemplateComponent =
  | { type: "HEADER"; format: "TEXT"; text: string }
  | { type: "HEADER"; format: "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION" }
  | { type: "BODY"; text: string }
  | { type: "FOOTER"; text: string }
  | { type: "BUTTONS"; buttons: TemplateButton[] }
  /** Kept as they are; the phone does not show them. */
  | { type: "CAROUSEL" | "LIMITED_TIME_OFFER"; [field: string]: unknown };

/** A message template of an account, in the Graph API's own form. */
export interface Template {
  id: string;
  name: string;
  language: string;
  category: "AUTHENTICATION" | "MARKETING" | "UTILITY";
  status: "APPROVED" | "PENDING" | "REJECTED" | "PAUSED" | "DISABLED";
  parameter_format: "POSITIONAL" | "NAMED";
  components: TemplateComponent[];
  rejected_reason?: string;
  quality_score?: { score: "GREEN" | "YELLOW" | "RED" | "UNKNOWN" };
  message_send_ttl_seconds?: number;
}

/** What a customer sees of a template that was sent. */
export interface RenderedTemplate {
  category: Template["category"];
  header: string | undefined;
  body: string;
  footer: string | undefined;
  buttons: { type: TemplateButton["type"]; text: string; payload: string }[];
}

/** Meta's limit for an account that is not verified. */
const TEMPLATES_PER_ACCOUNT = 250;
/** How long the name of a deleted template cannot be used again. */
const NAME_BLOCKED_MS = 30 * 24 * 60 * 60 * 1000;

/** The templates of every account, unique by name and language. */
export class TemplateDirectory {
  readonly #byAccount = new Map<string, Map<string, Template>>();
  /** Until when names are blocked, by account and name. */
  readonly #blocked = new Map<string, number>();

  /** Adds or replaces a template. Throws past Meta's 250 an account. */
  set(businessAccountId: string, template: Template): void {
    const templates = this.#byAccount.get(businessAccountId) ?? new Map<string, Template>();
    const key = `${template.name}/${template.language}`;
    if (!templates.has(key) && templates.size >= TEMPLATES_PER_ACCOUNT) {
      throw new RangeError(`An account has ${TEMPLATES_PER_ACCOUNT} templates at most`);
    }
    this.#byAccount.set(businessAccountId, templates.set(key, template));
  }

  list(businessAccountId: string): Template[] {
    return [...(this.#byAccount.get(businessAccountId)?.values() ?? [])];
  }

  /** The template of this id, with its account. */
  find(id: string): { businessAccountId: string; template: Template } | undefined {
    for (const [businessAccountId, templates] of this.#byAccount)
      for (const template of templates.values())
        if (template.id === id) return { businessAccountId, template };
    return undefined;
  }

  get(businessAccountId: string, name: string, language: string): Template | undefined {
    return this.#byAccount.get(businessAccountId)?.get(`${name}/${language}`);
  }

  /** Deletes a template; its name and language are blocked for 30 days. */
  delete(businessAccountId: string, { name, language }: Template, now: number): void {
    this.#byAccount.get(businessAccountId)?.delete(`${name}/${language}`);
    this.#blocked.set(`${businessAccountId}/${name}/${language}`, now + NAME_BLOCKED_MS);
  }

  isBlocked(businessAccountId: string, name: string, language: string, now: number): boolean {
    return (this.#blocked.get(`${businessAccountId}/${name}/${language}`) ?? 0) > now;
  }

  /** The template, if it may be sent now. Throws what Meta answers otherwise. */
  sendable(businessAccountId: string, name: string, language: string): Template {
    const template = this.get(businessAccountId, name, language);
    if (template?.status === "PAUSED") throw new GraphError(132015);
    if (template?.status === "DISABLED") throw new GraphError(132016);
    if (template?.status !== "APPROVED") {
      throw new GraphError(132001, { details: `template name (${name}) does not exist in ${language}` });
    }
    return template;
  }
}
