import { resolve } from "node:path";
import type { RequestHandler } from "express";
import type { Config } from "../../base/config.ts";
import { type Destination, homePage } from "./page.ts";

/** The pages that this process serves beside the API. */
type Offers = { hasConsole: boolean; hasGraphiql: boolean; hasSandbox: boolean };

/** Whether GraphiQL is served: in development. */
export function hasGraphiql(config: Config): boolean {
  return config.NODE_ENV === "development";
}

const CONSOLE: Destination = {
  path: "/console",
  title: "The console",
  about: "Sign in, answer customers, build chatbots.",
};
const GRAPHIQL: Destination = {
  path: "/graphiql",
  title: "GraphiQL",
  about: "Send queries to the API; the documentation is included.",
};
const SANDBOX: Destination = {
  path: "/sandbox",
  title: "A customer's phone",
  about: "Write to the sandbox number, and see what the chatbot answers.",
};
const HEALTH: Destination = {
  path: "/health/ready",
  title: "Health",
  about: "The state of database, migrations, worker and outbox.",
};
const METRICS: Destination = { path: "/metrics", title: "Metrics", about: "For Prometheus." };

/** Answers `GET /`. */
export function home({ hasConsole, hasGraphiql, hasSandbox }: Offers, config: Config): RequestHandler {
  const destinations = [
    ...(hasConsole ? [CONSOLE] : []),
    ...(hasSandbox ? [SANDBOX] : []),
    ...(hasGraphiql ? [GRAPHIQL] : []),
    HEALTH,
    METRICS,
  ];
  const passwordFile = resolve(config.PARLEY_DATA_DIR, "demo.json");
  const page = homePage(
    destinations,
    hasConsole && hasSandbox ? { email: DEMO_EMAIL, passwordFile } : undefined,
  );
  return (_request, response) => {
    response.setHeader("content-security-policy", CONTENT_SECURITY_POLICY);
    response.type("html").send(page);
  };
}

/** The demo's owner. */
const DEMO_EMAIL = "owner@demo.parley.local";

const CONTENT_SECURITY_POLICY =
  "default-src 'none'; frame-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
