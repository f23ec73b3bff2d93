import { join } from "node:path";
import express, { type RequestHandler, Router } from "express";
import type { Network } from "../network.ts";
import { registerChatRoutes } from "./chat_routes.ts";
import { answerError } from "./control_error.ts";
import { registerTemplateControl } from "./template_routes.ts";
import { registerTestRoutes } from "./test_routes.ts";

const PAGE = join(import.meta.dirname, "../page");

/** The page needs nothing but its own files and its own API. Only pages of its own origin may show it in a frame. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join("; ");

const secure: RequestHandler = (_request, response, next) => {
  response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("x-frame-options", "SAMEORIGIN");
  response.setHeader("referrer-policy", "no-referrer");
  next();
};

/** A customer's phone: the page at `/`, what it talks to under `/api`. */
export function createPhoneRouter(network: Network): Router {
  const api = Router();
  registerChatRoutes(api, network);
  registerTemplateControl(api, network);
  registerTestRoutes(api, network);
  api.use((_request, response) => {
    response.status(404).json({ error: "There is nothing at this address" });
  });
  api.use(answerError);

  const router = Router();
  router.use(secure);
  router.use("/api", api);
  router.use(express.static(PAGE));
  return router;
}
