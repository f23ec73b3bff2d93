import type { Sandbox } from "../../sandbox/sandbox.ts";
import { consoleRoutes } from "../console/console_routes.ts";
import { createPool } from "../database/pool.ts";
import { openAuthenticatorUrl } from "../database/urls.ts";
import { exportRoutes } from "../exports/export_routes.ts";
import { createGraphql } from "../graphql/create_graphql.ts";
import { accountRoutes } from "../http/account/account_routes.ts";
import { createSourceOf } from "../http/client_source.ts";
import { healthRoutes } from "../http/health_routes.ts";
import { hasGraphiql, home } from "../http/landing/home.ts";
import { mediaRoutes } from "../http/media/media_routes.ts";
import { type RunningServer, startServer } from "../http/server.ts";
import { importRoutes } from "../imports/import_routes.ts";
import { createWebhookReceiver } from "../inbound/receiver.ts";
import { callbackRoute } from "../integrations/callback_route.ts";
import { MediaAddresses } from "../media/signed_address.ts";
import { readJwtSecret, readSecretKey } from "../secrets/secret_keys.ts";
import type { Monitoring } from "./monitoring.ts";
import type { ProcessResources } from "./resources.ts";

/**
 * Starts the API: GraphQL, webhooks, health, and metrics unless they have a port of their own; with a sandbox also its phone page and Graph API. Everything that
 * has to be closed is pushed on the closing stack.
 */
export async function startApi(
  { owner, keyRing, media, config, log, closing, deadline }: ProcessResources,
  monitoring: Monitoring,
  sandbox: Sandbox | undefined,
  onChatbotsAwaited?: () => void,
): Promise<RunningServer> {
  const wakesItself = onChatbotsAwaited !== undefined;
  const pool = createPool(owner.url, "receiver", config, log, { wakesItself });
  closing.defer(() => pool.end());

  const webhooks = createWebhookReceiver({ pool, keyRing, log, onAwaited: onChatbotsAwaited });
  closing.defer(() => webhooks.close());

  const jwtSecret = await readJwtSecret(config);
  const addresses = new MediaAddresses(jwtSecret, config.PUBLIC_URL ?? "");
  const graphql = await createGraphql({
    ownerUrl: owner.url,
    ownerPool: pool,
    authenticatorUrl: await openAuthenticatorUrl(owner, await readSecretKey(config), config, log),
    jwtSecret,
    mediaAddresses: addresses,
    config,
    keyRing,
    log,
  });
  closing.defer(() => graphql.close());

  const server = await startServer(
    {
      home: home(
        {
          hasConsole: config.CONSOLE,
          hasGraphiql: hasGraphiql(config),
          hasSandbox: sandbox !== undefined,
        },
        config,
      ),
      health: healthRoutes(monitoring.health),
      metrics: config.METRICS_PORT === undefined ? monitoring.metrics : undefined,
      webhooks: webhooks.router,
      callbacks: callbackRoute({ pool, keyRing, log }),
      account: accountRoutes(graphql.accountPages, createSourceOf(config.TRUSTED_PROXIES), {
        hasConsole: config.CONSOLE,
      }),
      media: mediaRoutes({ pool, media, addresses, authorize: graphql.authorize }),
      imports: importRoutes({ pool, spool: media.spool, authorize: graphql.authorize }),
      exports: exportRoutes({ authorize: graphql.authorizeExport, pool, media, log }),
      console: config.CONSOLE ? consoleRoutes(log, { isFramed: sandbox !== undefined }) : undefined,
      sandbox,
      graphql,
    },
    config,
    log,
  );
  closing.defer(async () => {
    await server.drain(deadline.leftMs);
  });
  return server;
}
