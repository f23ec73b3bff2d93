import type { Config } from "../../base/config.ts";
import { createGuardedFetch, type GuardedFetch } from "./guarded_fetch.ts";

/** The two kinds of fetch for requests of chatbots. */
type ChatbotFetches = {
  /** For addresses that customers configure. */
  guarded: GuardedFetch;
  /** For the few addresses that the operator configured; these may be private. */
  trusted: GuardedFetch;
  close(): Promise<void>;
};

export function createChatbotFetches(
  config: Pick<Config, "HTTP_ALLOWED_HOSTS" | "AI_BASE_URL" | "GOOGLE_CALENDAR_URL" | "GOOGLE_TOKEN_URL">,
): ChatbotFetches {
  const guarded = createGuardedFetch({
    allowedHosts: config.HTTP_ALLOWED_HOSTS,
    allowsPlainHttp: config.HTTP_ALLOWED_HOSTS.length > 0,
    timeoutMs: 30_000,
  });
  const trusted = createGuardedFetch({
    allowedHosts: [config.AI_BASE_URL, config.GOOGLE_CALENDAR_URL, config.GOOGLE_TOKEN_URL].flatMap((url) =>
      url ? new URL(url).host : [],
    ),
    timeoutMs: 60_000,
  });
  return {
    guarded,
    trusted,
    async close() {
      await Promise.all([guarded.close(), trusted.close()]);
    },
  };
}
