import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { AwsV4Signer } from "aws4fetch";
import { Agent, type Dispatcher } from "undici";
import { MissingFile, StorageError } from "./storage_error.ts";

export type S3Settings = {
  /** Such as `https://s3.eu-central-1.amazonaws.com`; requests go to `<endpoint>/<bucket>/<key>`. */
  endpoint: string;
  region: string;
  bucket: string;
  /** What keys start with; empty, or without a slash at either end. */
  prefix: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** The pause before the first repetition; it doubles. Defaults to 200 ms. */
  retryMs?: number;
  /** How long a request without a body may take. Defaults to 15 s. */
  timeoutMs?: number;
};

type Request = {
  method: Dispatcher.HttpMethod;
  /** A key, without the prefix; empty for the bucket itself. */
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  /** Opened again for each attempt. */
  body?: () => Readable;
  /** Of the body, in bytes: it may take longer. */
  size?: number;
};

type Response = Dispatcher.ResponseData;

const ATTEMPTS = 3;
const TIMEOUT_MS = 15_000;
/** 2 Mbit/s: seven minutes for 100 MB. */
const BYTES_PER_MS = 250;
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** Sends signed requests to a bucket of S3, or of a service with the same API: MinIO, R2, Garage, Ceph. */
export class S3Bucket {
  readonly #settings: S3Settings;
  /** Errors begin with it: the setting that names the bucket. */
  readonly #name: string;
  // A client that reads slowly slows the bucket down: 30 s without a byte end it.
  readonly #agent = new Agent({
    connect: { timeout: 5_000 },
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: 30_000,
  });

  constructor(settings: S3Settings, name: string) {
    this.#settings = settings;
    this.#name = name;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  /** For responses without a body that matters. */
  async discard(request: Request): Promise<void> {
    const { body } = await this.request(request);
    await body.dump();
  }

  /**
   * Repeats a request if the service is busy or the connection fails.
   * @throws StorageError, MissingFile
   */
  async request(request: Request): Promise<Response> {
    const { retryMs = 200 } = this.#settings;
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request);
      if (!(outcome instanceof Error)) return outcome;
      if (attempt === ATTEMPTS) throw outcome;
      await delay(retryMs * 2 ** (attempt - 1));
    }
  }

  /** @returns an error if it is worth another attempt */
  async #attempt(request: Request): Promise<Response | Error> {
    let response: Response;
    try {
      response = await this.#send(request);
    } catch (cause) {
      const reason = `${this.#settings.endpoint} cannot be reached (${reasonOf(cause)})`;
      return new StorageError(`${this.#name}: ${reason}`, { cause, isTemporary: true });
    }
    const { statusCode } = response;
    if (statusCode < 300) return response;
    const code = await errorCodeOf(response);
    const isTemporary = statusCode >= 500 || statusCode === 429;
    const reason = `${request.method} is answered with ${statusCode} ${code}`;
    const error = new StorageError(`${this.#name}: ${reason}`, { isTemporary });
    if (isTemporary) return error;
    // Without a bucket there cannot be files: the configuration is wrong.
    throw statusCode === 404 && code !== "NoSuchBucket" ? new MissingFile() : error;
  }

  async #send({ method, path, query, headers = {}, body, size = 0 }: Request): Promise<Response> {
    const { endpoint, bucket, prefix, region, accessKeyId, secretAccessKey } = this.#settings;
    const key = [prefix, path].filter((name) => path !== "" && name !== "").join("/");
    const signed = await new AwsV4Signer({
      method,
      url: `${endpoint}/${bucket}/${encodeKey(key)}${query ? `?${new URLSearchParams(query)}` : ""}`,
      headers: { "x-amz-content-sha256": EMPTY_SHA256, ...headers },
      service: "s3",
      region,
      accessKeyId,
      secretAccessKey,
    }).sign();
    const content = body?.();
    const timeoutMs = (this.#settings.timeoutMs ?? TIMEOUT_MS) + size / BYTES_PER_MS;
    // The time limit covers the headers of the response; its body has a limit for pauses.
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(new Error("timeout")), timeoutMs);
    try {
      return await this.#agent.request({
        origin: signed.url.origin,
        path: `${signed.url.pathname}${signed.url.search}`,
        method,
        headers: Object.fromEntries(signed.headers),
        body: content ?? null,
        signal: limit.signal,
        ...(content && { headersTimeout: timeoutMs }),
      });
    } finally {
      clearTimeout(timer);
      content?.destroy();
    }
  }
}

/** The code in an error of S3, which is XML: `<Error><Code>AccessDenied</Code>…`. */
async function errorCodeOf({ body }: Response): Promise<string> {
  let text = "";
  try {
    for await (const chunk of body) {
      text += chunk;
      if (text.length > 4_000) break;
    }
  } catch {
    // The status says enough.
  }
  return /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? "";
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

/** As the signature requires it: everything but letters, digits, `-._~` and the slashes between names. */
function encodeKey(key: string): string {
  return key
    .split("/")
    .map((name) =>
      encodeURIComponent(name).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
    .join("/");
}
