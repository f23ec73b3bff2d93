import type { EventEmitter } from "node:events";
import pg from "pg";
import { urlsOfHosts } from "../base/database_hosts.ts";
import { ParleyError } from "../base/errors.ts";

type Connected = ((error: Error) => void) | ((error: null, client: pg.Client) => void);
type Status = { parameterName: string; parameterValue: string };
type Connecting = { host: string; port: number; _ending: boolean; connection: EventEmitter };

/** The server accepts no writes: the address is that of a standby, or a fail-over is in progress. */
export class StandbyError extends ParleyError {
  constructor() {
    super("PYUNA", "The database is a standby, which accepts no writes");
  }
}

/** Unless the connection has a time limit of its own. A host that is frozen delays nothing if another one answers. */
const PROBE_MS = 5_000;
const DEFAULT_PORT = 5432;

/**
 * A connection to the primary, whichever of the address's hosts it is, as libpq makes it with
 * `target_session_attrs=read-write`. Each connection looks for it again: a host that does not answer costs no time, since all
 * are asked at once. A standby is refused (PYUNA), also where the address has one host, such as that of a proxy.
 */
export class PrimaryClient extends pg.Client {
  readonly #urls: readonly string[];
  readonly #probeMs: number;
  readonly #reported: ReadonlyMap<string, string>;

  constructor(config: pg.ClientConfig & { connectionString: string }) {
    super(config);
    this.#urls = urlsOfHosts(config.connectionString);
    this.#probeMs = config.connectionTimeoutMillis || PROBE_MS;
    this.#reported = reportedBy(this);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.Client> | undefined {
    const connected = this.#connect();
    if (!callback) return connected;
    connected.then(() => callback(null as never, this), callback as (error: Error) => void);
    return undefined;
  }

  async #connect(): Promise<this> {
    const [only, ...others] = this.#urls;
    if (others.length > 0) this.#useHostOf(await findPrimary(this.#urls, this.#probeMs));
    else if (only === undefined) throw new Error("an address has no host");
    await super.connect();
    if (!isInRecovery(this.#reported)) return this;
    await super.end().catch(() => {});
    throw new StandbyError();
  }

  #useHostOf(url: string): void {
    const { hostname, port } = new URL(url);
    const client = this as unknown as Connecting;
    // The pool has been closed in the meantime.
    if (client._ending) throw new Error("Connection terminated");
    client.host = hostname.replace(/^\[(.+)\]$/, "$1");
    client.port = Number(port || DEFAULT_PORT);
  }
}

/** The address of the host that is the primary now; that of the only host without asking it. @throws ParleyError PYUNA */
export async function primaryUrl(connectionString: string): Promise<string> {
  const urls = urlsOfHosts(connectionString);
  return urls.length === 1 ? urls[0]! : findPrimary(urls, PROBE_MS);
}

/** Whether the server of an address is a standby; with several hosts, whether all that answer are. */
export async function isStandby(connectionString: string): Promise<boolean> {
  const client = new PrimaryClient({ connectionString, application_name: "parley probe" });
  client.on("error", () => {});
  try {
    await client.connect();
    return false;
  } catch (error) {
    if (error instanceof StandbyError) return true;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function findPrimary(urls: readonly string[], probeMs: number): Promise<string> {
  try {
    return await Promise.any(urls.map((url) => requirePrimary(url, probeMs)));
  } catch (error) {
    // If all are standbys a fail-over is in progress; otherwise the reason is that of a host that does not answer.
    const { errors } = error as AggregateError;
    throw errors.find((each) => !(each instanceof ParleyError)) ?? errors[0];
  }
}

/** Returns the address if its host accepts writes, and throws otherwise. */
async function requirePrimary(connectionString: string, probeMs: number): Promise<string> {
  const client = new pg.Client({
    connectionString,
    application_name: "parley probe",
    connectionTimeoutMillis: probeMs,
  });
  client.on("error", () => {});
  const reported = reportedBy(client);
  try {
    await client.connect();
    if (isInRecovery(reported) || reported.get("default_transaction_read_only") === "on")
      throw new StandbyError();
    return connectionString;
  } finally {
    await client.end().catch(() => {});
  }
}

/** The settings that the server reports to each client without being asked. */
function reportedBy(client: pg.Client): ReadonlyMap<string, string> {
  const reported = new Map<string, string>();
  const { connection } = client as unknown as Connecting;
  connection.on("parameterStatus", ({ parameterName, parameterValue }: Status) => {
    reported.set(parameterName, parameterValue);
  });
  return reported;
}

function isInRecovery(reported: ReadonlyMap<string, string>): boolean {
  return reported.get("in_hot_standby") === "on";
}
