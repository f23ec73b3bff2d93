/** The parameter that keeps the other hosts of an address, since `URL` can read only one. */
const OTHER_HOSTS = "parley_hosts";

/** Scheme, credentials, hosts, the rest. */
const ADDRESS = /^(postgres(?:ql)?:\/\/)([^/?#]*@)?([^/?#@]*)(.*)$/;

/**
 * Reads an address of PostgreSQL's form with one or more hosts (`postgres://user@a:5432,b:5432/name`) into one that `URL`
 * can read. Undefined if it is not valid.
 */
export function readDatabaseUrl(address: string): string | undefined {
  const [, scheme, login = "", hosts = "", rest] = ADDRESS.exec(address) ?? [];
  if (scheme === undefined) return undefined;
  const [first, ...others] = hosts.split(",");
  const each = [first, ...others].map((host) => `${scheme}${login}${host}${rest}`);
  if (!each.every((url) => URL.canParse(url)) || others.includes("")) return undefined;
  if (others.length === 0) return address;
  const url = new URL(each[0]!);
  url.searchParams.set(OTHER_HOSTS, others.join(","));
  return url.href;
}

export function hasOneHost(url: string): boolean {
  return urlsOfHosts(url).length === 1;
}

/** One address for each host of an address that {@link readDatabaseUrl} has returned. */
export function urlsOfHosts(url: string): string[] {
  if (!url.includes(OTHER_HOSTS)) return [url];
  const first = new URL(url);
  const others = first.searchParams.get(OTHER_HOSTS)?.split(",") ?? [];
  first.searchParams.delete(OTHER_HOSTS);
  return [first.href, ...others.map((host) => withHost(first, host))];
}

function withHost(url: URL, host: string): string {
  const { hostname, port } = new URL(`${url.protocol}//${host}`);
  return Object.assign(new URL(url), { hostname, port }).href;
}
