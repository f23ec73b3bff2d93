import { z } from "zod";
import { CHANNEL_SETTINGS } from "../channels/settings.ts";
import { hasOneHost } from "./database_hosts.ts";
import { isProxyRange } from "./proxy_range.ts";
import {
  isOrigin,
  mediaStorage,
  pageOfToken,
  postgresUrl,
  sender,
  smtpUrl,
  statementLogging,
  url,
  whole,
} from "./setting.ts";

/**
 * The only place that reads the environment: every setting, its default and its allowed values. A wrong value stops the
 * start with one line that names the setting. `.env.example` lists the same settings.
 */
export const Settings = z
  .object({
    PORT: whole(0, 65535).default(4000),
    HOST: z.string().min(1).default("127.0.0.1"),
    /** The public address, if it differs from HOST and PORT: behind a proxy, in a container. */
    PUBLIC_URL: url().optional(),
    /** Proxies in front of this process, comma-separated: only their X-Forwarded-For is trusted. */
    TRUSTED_PROXIES: z
      .string()
      .default("")
      .transform((ranges) => ranges.split(",").flatMap((range) => range.trim() || []))
      .refine(
        (ranges) => ranges.every(isProxyRange),
        "must list addresses, ranges such as 10.0.0.0/8, loopback or private",
      ),
    /** Origins of web pages that may use the API, comma-separated: https://inbox.example.com. Unset: none but its own. */
    CORS_ORIGINS: z
      .string()
      .default("")
      .transform((origins) => origins.split(",").flatMap((origin) => origin.trim() || []))
      .refine((origins) => origins.every(isOrigin), "must list origins such as https://inbox.example.com"),
    NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
    /** Whether the console is served at /console. */
    CONSOLE: z.stringbool().default(true),
    LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
    /** Which SQL statements are logged: off, all, or those that take this long. SIGUSR2 changes it. */
    LOG_SQL: statementLogging().default("off"),
    /** The port of /metrics and /health of every process; unset: the API's PORT, and none for a worker. */
    METRICS_PORT: whole(0, 65535).optional(),
    /** The OpenTelemetry collector that traces of messages are sent to; unset: there are none. */
    OTEL_EXPORTER_OTLP_ENDPOINT: url().optional(),

    PARLEY_DATA_DIR: z.string().min(1).default(".parley"),
    /** The owner's login: migrations, webhooks, worker. Unset: the embedded server. */
    DATABASE_URL: postgresUrl().optional(),
    /** The API's login. Unset: parley_authenticator, with a password derived from the secret key. */
    DATABASE_AUTHENTICATOR_URL: postgresUrl().optional(),
    /** A standby for queries that allow it, with the API's login unless it names one. Unset: none. */
    DATABASE_READ_URL: postgresUrl().refine(hasOneHost, "must have one host").optional(),
    /** How far the standby may be behind to answer. */
    DATABASE_READ_MAX_LAG_MS: whole(1_000, 300_000).default(2_000),
    /** Connections of one process: of the API, of the webhook receiver, of the worker. */
    DATABASE_POOL_SIZE: whole(2, 200).default(10),
    DATABASE_CONNECTION_TIMEOUT_MS: whole(100, 60_000).default(2_000),
    DATABASE_IDLE_TIMEOUT_MS: whole(1_000, 3_600_000).default(30_000),
    /** Whether the API uses prepared statements. Unset: unless its login goes through a pooler that does not support them. */
    DATABASE_PREPARED_STATEMENTS: z.stringbool().optional(),
    /** The longest time that a statement of an API request may run. */
    DATABASE_STATEMENT_TIMEOUT_MS: whole(100, 600_000).default(5_000),
    WORKER_CONCURRENCY: whole(1, 100).default(8),

    JWT_SECRET: z.string().min(32, "needs at least 32 characters").optional(),
    /** A session ends this long after its sign-in, however often it is refreshed. */
    SESSION_DAYS: whole(1, 3650).default(90),
    PARLEY_SECRET_KEY: z.string().min(32, "needs at least 32 characters").optional(),
    /** The key before it, while something is still sealed with that one, or a run's callback address made with it is out. */
    PARLEY_PREVIOUS_SECRET_KEY: z.string().min(32, "needs at least 32 characters").optional(),

    ...CHANNEL_SETTINGS,
    /** Private hosts that customer-configured addresses may name, comma-separated: development only. */
    HTTP_ALLOWED_HOSTS: z
      .string()
      .default("")
      .transform((hosts) => hosts.split(",").flatMap((host) => host.trim() || [])),
    /** The default model API of ai_reply nodes: OpenAI-compatible, such as https://api.openai.com/v1. */
    AI_BASE_URL: url().optional(),
    AI_API_KEY: z.string().min(1).optional(),
    AI_MODEL: z.string().min(1).optional(),
    /** Default token limits for 24 hours, of a tenant's chatbots and of one conversation; ai_budgets overrides them. */
    AI_TOKENS_PER_DAY: whole(0, 2_000_000_000).default(1_000_000),
    AI_TOKENS_PER_CONVERSATION: whole(0, 2_000_000_000).default(50_000),
    GOOGLE_CALENDAR_URL: url().default("https://www.googleapis.com/calendar/v3"),
    /** The endpoint that renews access tokens, and the OAuth client that they were issued to. */
    GOOGLE_TOKEN_URL: url().default("https://oauth2.googleapis.com/token"),
    GOOGLE_CLIENT_ID: z.string().min(1).optional(),
    GOOGLE_CLIENT_SECRET: z.string().min(1).optional(),
    /** Webhook bodies older than this are dropped, one monthly partition at a time. */

    /** The mail server that sends invitations and links for new passwords. Unset: none are sent. */
    SMTP_URL: smtpUrl().optional(),
    SMTP_FROM: sender().optional(),
    /** The front end's pages that these links lead to. Unset: the API's own. */
    INVITATION_URL: pageOfToken().optional(),
    PASSWORD_RESET_URL: pageOfToken().optional(),

    /** Where files are kept: a folder, or s3://bucket/prefix. Unset: the folder `media` in the data directory. */
    MEDIA_STORAGE: mediaStorage().optional(),
    /** The S3 service; unset: that of Amazon in the region. */
    MEDIA_S3_ENDPOINT: url().optional(),
    MEDIA_S3_REGION: z
      .string()
      .regex(/^[a-z0-9-]+$/, "is not the name of a region")
      .default("us-east-1"),
    MEDIA_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
    MEDIA_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
  })
  .refine(({ SMTP_URL, SMTP_FROM }) => (SMTP_URL === undefined) === (SMTP_FROM === undefined), {
    path: ["SMTP_URL"],
    message: "SMTP_URL and SMTP_FROM are needed together",
  })
  .superRefine(({ MEDIA_STORAGE, MEDIA_S3_ACCESS_KEY_ID, MEDIA_S3_SECRET_ACCESS_KEY }, context) => {
    if (!MEDIA_STORAGE?.startsWith("s3://")) return;
    for (const [name, value] of Object.entries({ MEDIA_S3_ACCESS_KEY_ID, MEDIA_S3_SECRET_ACCESS_KEY }))
      if (value === undefined)
        context.addIssue({ code: "custom", path: [name], message: "is needed with MEDIA_STORAGE=s3://…" });
  });

export type Config = Readonly<z.infer<typeof Settings>>;

/** Thrown by {@link readConfig}; its message is one line for the operator who starts the program. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** Reads and checks the environment. An empty value counts as unset. Throws {@link ConfigError}. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Settings.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  throw new ConfigError(
    parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "),
  );
}
