import type { Network } from "./network.ts";

export type Tokens = {
  accessToken: string;
  accessTokenExpiresAt: string;
  refreshToken: string;
  userId: string;
};

const TOKENS = "session { accessToken accessTokenExpiresAt refreshToken userId }";
const SIGN_IN = `mutation ($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { ${TOKENS} }
}`;
const REFRESH = `mutation ($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) { ${TOKENS} }
}`;

export async function signIn(
  url: string,
  network: Network,
  email: string,
  password: string,
): Promise<Tokens> {
  const { signIn } = await post(url, network, SIGN_IN, { email, password });
  return signIn.session;
}

/** A token is renewed this long before it ends. */
const MARGIN_MS = 1_000;

/** A signed-in browser's session: its tokens, and their renewal in good time. */
export class Session {
  readonly #url: string;
  readonly #network: Network;
  #tokens: Tokens;
  #renewal: Promise<void> | undefined;

  constructor(url: string, network: Network, tokens: Tokens) {
    this.#url = url;
    this.#network = network;
    this.#tokens = tokens;
  }

  get userId(): string {
    return this.#tokens.userId;
  }

  /** When the access token ends, in milliseconds since the epoch. */
  get expiresAt(): number {
    return Date.parse(this.#tokens.accessTokenExpiresAt);
  }

  /** How long the access token is good enough, in milliseconds. */
  get untilRenewal(): number {
    return Math.max(0, this.expiresAt - MARGIN_MS - Date.now());
  }

  /** A header with an access token that is valid for a while. */
  async authorization(): Promise<{ authorization: string }> {
    if (this.untilRenewal === 0) {
      this.#renewal ??= this.#renew().finally(() => (this.#renewal = undefined));
      await this.#renewal;
    }
    return { authorization: `Bearer ${this.#tokens.accessToken}` };
  }

  async #renew(): Promise<void> {
    const { refreshToken } = this.#tokens;
    const { refreshSession } = await post(this.#url, this.#network, REFRESH, { refreshToken });
    this.#tokens = refreshSession.session;
  }
}

async function post(url: string, { fetch }: Network, query: string, variables: object) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as {
    data: Record<string, { session: Tokens }>;
    errors?: { message: string }[];
  };
  if (errors) throw new Error(errors[0]?.message);
  return data as { signIn: { session: Tokens }; refreshSession: { session: Tokens } };
}
