import type { Router } from "express";
import type { z } from "zod";
import { GraphError } from "../graph_error.ts";
import type { JsonObject } from "../json.ts";
import type { Network } from "../network.ts";
import { checkTemplate, invalid, newTemplate, templateEdit } from "../outbound/check_template.ts";
import { readJson } from "../read_body.ts";
import type { Template } from "../templates.ts";
import type { Answer } from "./answer.ts";
import { numbersOfAccount, templateOf } from "./authorise.ts";
import { serve } from "./endpoint.ts";
import { paginate } from "./paginate.ts";
import { pick } from "./pick.ts";

const MAX_BODY_BYTES = 256 * 1024;
const EDITABLE = ["APPROVED", "REJECTED", "PAUSED"];

const ok = (body: unknown): Answer => ({ kind: "json", status: 200, body });

/** The templates of an account: listed, created, read, edited, resumed and deleted. */
export function registerTemplateRoutes(router: Router, network: Network): void {
  registerTemplateList(router, network);
  registerTemplateNodes(router, network);
}

/** The list of an account: read by page, added to, deleted from. */
function registerTemplateList(router: Router, network: Network): void {
  const LIST = "/:version/:accountId/message_templates";

  router.get(LIST, (request, response) =>
    serve(network, request, response, () => {
      const { accountId } = request.params;
      numbersOfAccount(network, request, accountId);
      return {
        subject: { operation: "listTemplates" },
        run: () => {
          const { query } = request;
          const wanted = network.templates.list(accountId).filter((template) => isWanted(template, query));
          return ok(
            paginate(
              wanted.map((template) => pick({ ...template }, query.fields)),
              query,
            ),
          );
        },
      };
    }),
  );

  router.post(LIST, (request, response) =>
    serve(network, request, response, async () => {
      const { accountId } = request.params;
      numbersOfAccount(network, request, accountId);
      const body = await readJson(request, MAX_BODY_BYTES);
      return {
        subject: { operation: "createTemplate" },
        body,
        run: () => ok(create(network, accountId, parse(newTemplate, body))),
      };
    }),
  );

  router.delete(LIST, (request, response) =>
    serve(network, request, response, () => {
      const { accountId } = request.params;
      numbersOfAccount(network, request, accountId);
      const { name, hsm_id: id } = request.query;
      const found = network.templates
        .list(accountId)
        .filter((template) => template.name === name && (id === undefined || template.id === id));
      return {
        subject: { operation: "deleteTemplate" },
        run: () => {
          if (found.length === 0)
            throw invalid(2593002, "The template does not exist", "It may have been deleted already.");
          for (const template of found) network.templates.delete(accountId, template, network.clock.now());
          return ok({ success: true });
        },
      };
    }),
  );
}

/** One template: read, edited, resumed. */
function registerTemplateNodes(router: Router, network: Network): void {
  router.get("/:version/:id", (request, response, next) => {
    if (!network.templates.find(request.params.id)) return next();
    return serve(network, request, response, () => {
      const { template } = templateOf(network, request, request.params.id);
      return {
        subject: { operation: "readTemplate" },
        run: () => ok(pick({ ...template }, request.query.fields)),
      };
    });
  });

  router.post("/:version/:id", (request, response, next) => {
    if (!network.templates.find(request.params.id)) return next();
    return serve(network, request, response, async () => {
      const { businessAccountId, template } = templateOf(network, request, request.params.id);
      const body = await readJson(request, MAX_BODY_BYTES);
      return {
        subject: { operation: "editTemplate" },
        body,
        run: () => ok(edit(network, businessAccountId, template, parse(templateEdit, body))),
      };
    });
  });

  router.post("/:version/:id/unpause", (request, response) =>
    serve(network, request, response, () => {
      const { businessAccountId, template } = templateOf(network, request, request.params.id);
      return {
        subject: { operation: "unpauseTemplate" },
        run: () => {
          if (template.status !== "PAUSED") return ok({ success: false, reason: "It is not paused" });
          network.review.decide(businessAccountId, template, { kind: "approve" });
          return ok({ success: true });
        },
      };
    }),
  );
}

function create(network: Network, accountId: string, wanted: z.output<typeof newTemplate>): JsonObject {
  const now = network.clock.now();
  const language = wanted.language.replace("-", "_");
  const components = wanted.components as Template["components"];
  if (network.templates.get(accountId, wanted.name, language))
    throw invalid(
      2388024,
      "The template exists",
      "There is already content in this language for this template.",
    );
  if (network.templates.isBlocked(accountId, wanted.name, language, now))
    throw invalid(2388023, "The language is being deleted", "The name can be used again after 30 days.");
  checkTemplate(components, wanted.category, (handle) => network.examples.isHandle(handle));
  const { message_send_ttl_seconds: ttl } = wanted;
  const template: Template = {
    id: network.identifiers.node(),
    name: wanted.name,
    language,
    category: wanted.category,
    status: "PENDING",
    parameter_format: wanted.parameter_format,
    components,
    ...(ttl !== undefined && { message_send_ttl_seconds: ttl }),
  };
  try {
    network.templates.set(accountId, template);
  } catch (error) {
    throw invalid(2388019, "Too many templates", (error as Error).message);
  }
  network.review.begin(accountId, template);
  return { id: template.id, status: template.status, category: template.category };
}

function edit(
  network: Network,
  accountId: string,
  template: Template,
  wanted: z.output<typeof templateEdit>,
): JsonObject {
  if (!EDITABLE.includes(template.status))
    throw invalid(2388025, "The template cannot be edited", `Its status is ${template.status}.`);
  const category = wanted.category ?? template.category;
  if (template.status === "APPROVED" && category !== template.category)
    throw invalid(2388026, "The category cannot be changed", "The template is approved.");
  const components = wanted.components as Template["components"];
  checkTemplate(components, category, (handle) => network.examples.isHandle(handle));
  Object.assign(template, { components, category, status: "PENDING" });
  network.review.begin(accountId, template);
  return { success: true };
}

function parse<T>(schema: z.ZodType<T>, body: JsonObject): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0]!;
  throw new GraphError(100, { message: `(#100) Param ${path.join(".")}: ${message}` });
}

/** The filters of the list compare without regard to case, as Meta's own case varies. */
function isWanted(template: Template, query: Record<string, unknown>): boolean {
  return (["name", "status", "category", "language"] as const).every((field) => {
    const wanted = query[field];
    return typeof wanted !== "string" || template[field].toLowerCase() === wanted.toLowerCase();
  });
}
