import type { Router } from "express";
import { z } from "zod";
import type { Network } from "../network.ts";
import { newTemplate } from "../outbound/check_template.ts";
import type { TemplateDecision } from "../template_review.ts";
import type { Template } from "../templates.ts";
import { ControlError } from "./control_error.ts";
import { readInput } from "./read.ts";

const decision = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("approve") }),
  z.object({ kind: z.literal("reject"), reason: z.string().max(100).optional() }),
  z.object({ kind: z.literal("pause") }),
  z.object({ kind: z.literal("disable") }),
  z.object({
    kind: z.literal("recategorise"),
    category: z.enum(["AUTHENTICATION", "MARKETING", "UTILITY"]),
  }),
  z.object({ kind: z.literal("rate"), score: z.enum(["GREEN", "YELLOW", "RED"]) }),
]) satisfies z.ZodType<TemplateDecision>;

const TEMPLATES = "/accounts/:accountId/templates";

/** Routes with which one is Meta: what happens to the templates of an account. */
export function registerTemplateControl(router: Router, network: Network): void {
  router.get(TEMPLATES, (request, response) => {
    response.json(network.templates.list(request.params.accountId));
  });

  // As in Meta's own manager: the template is approved at once.
  router.post(TEMPLATES, async (request, response) => {
    const wanted = await readInput(request, newTemplate);
    const template = {
      id: network.identifiers.node(),
      status: "APPROVED",
      ...wanted,
      components: wanted.components as Template["components"],
    } as const satisfies Template;
    network.templates.set(request.params.accountId, template);
    response.status(201).json(template);
  });

  router.post(`${TEMPLATES}/:name/:language/decisions`, async (request, response) => {
    const { accountId, name, language } = request.params;
    const template = network.templates.get(accountId, name, language);
    if (!template) throw new ControlError(404, "There is no such template");
    network.review.decide(accountId, template, await readInput(request, decision));
    response.json(template);
  });

  router.put("/template-review", async (request, response) => {
    const { approvesAfterMs } = await readInput(
      request,
      z.object({ approvesAfterMs: z.number().int().min(0).max(86_400_000).nullable() }),
    );
    network.review.approvesAfterMs = approvesAfterMs;
    response.status(204).end();
  });
}
