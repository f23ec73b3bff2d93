import type { Router } from "express";
import { z } from "zod";
import { OPERATIONS } from "../faults.ts";
import type { Network } from "../network.ts";
import { readInput } from "./read.ts";

const scope = z.object({
  phoneNumberId: z.string().optional(),
  recipient: z.string().optional(),
  rate: z.number().min(0).max(1).optional(),
  times: z.number().int().min(1).optional(),
});
const milliseconds = z
  .number()
  .min(0)
  .max(24 * 60 * 60 * 1000);
const accepts = z.boolean().optional();

const faultInput = scope.extend({
  operation: z.enum(OPERATIONS).optional(),
  fault: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("error"),
      code: z.number().int(),
      subcode: z.number().int().optional(),
      details: z.string().max(1024).optional(),
      httpStatus: z.number().int().min(400).max(599).optional(),
      retryAfter: z.number().int().min(0).optional(),
    }),
    z.object({ kind: z.literal("serverError"), accepts }),
    z.object({ kind: z.literal("cut"), accepts }),
    z.object({ kind: z.literal("blackHole"), accepts }),
    z.object({ kind: z.literal("delay"), milliseconds, accepts }),
    z.object({ kind: z.literal("override"), fields: z.record(z.string(), z.unknown()) }),
    z.object({ kind: z.literal("redirect"), location: z.url({ protocol: /^https?$/ }) }),
    z.object({ kind: z.literal("alteredBody") }),
    z.object({ kind: z.literal("resizedBody"), bytes: z.number().int().min(0) }),
    z.object({ kind: z.literal("brokenBody") }),
    z.object({ kind: z.literal("endlessBody") }),
    z.object({ kind: z.literal("slowBody"), bytesPerSecond: z.number().int().min(1) }),
  ]),
});

const planInput = scope.extend({
  steps: z
    .array(
      z.object({
        status: z.enum(["sent", "delivered", "read", "played", "failed"]),
        afterMs: milliseconds,
        copies: z.number().int().min(1).max(100).optional(),
        errorCode: z.number().int().optional(),
      }),
    )
    .max(20),
});

/** Routes for tests in other processes: faults, status plans, held webhooks, and totals of what happened. */
export function registerTestRoutes(router: Router, network: Network): void {
  router.get("/ledger", (_request, response) => {
    response.json({ ...network.ledger.counters, pendingUpdates: network.webhooks.pending });
  });

  router.get("/accounts/:businessAccountId/conversions", (request, response) => {
    response.json(network.conversions.list(request.params.businessAccountId));
  });

  router.post("/faults", async (request, response) => {
    const { fault, ...wanted } = await readInput(request, faultInput);
    network.faults.add(fault, wanted);
    response.status(204).end();
  });
  router.delete("/faults", (_request, response) => {
    network.faults.clear();
    response.status(204).end();
  });

  router.post("/status-plans", async (request, response) => {
    const { steps, ...wanted } = await readInput(request, planInput);
    network.plans.add(wanted, steps);
    response.status(204).end();
  });
  router.delete("/status-plans", (_request, response) => {
    network.plans.clear();
    response.status(204).end();
  });

  router.put("/webhooks", async (request, response) => {
    const { isHeld } = await readInput(request, z.object({ isHeld: z.boolean() }));
    if (isHeld) network.webhooks.hold();
    else network.webhooks.release();
    response.status(204).end();
  });
}
