import { type Fact, nameOf } from "../../facts/fact.ts";
import type { Routing, WebhookSender } from "../../webhooks.ts";
import type { ChannelDirectory, ConnectedNumber } from "./channel_directory.ts";
import type { Signed } from "./trust.ts";

/** Routes facts to channels. An app secret authorizes facts about the numbers and accounts of that app only. */
export function senderFor(signed: Signed, directory: ChannelDirectory): WebhookSender {
  return { channel: signed.channel, route: (facts) => routeFacts(facts, signed, directory) };
}

/** Limits the numbers and accounts of one body that are looked up separately. */
const MANY = 50;

/** Account and template facts have no number: they go to each tenant of the app that has the account. */
async function routeFacts(
  facts: readonly Fact[],
  signed: Signed,
  directory: ChannelDirectory,
): Promise<Routing> {
  const routing: Routing = { routed: [], skipped: [], error: null };
  const find = await createFinder(facts, signed, directory);
  const unknown: Fact[] = [];
  for (const fact of facts) {
    const found = find(fact);
    const channels = Array.isArray(found) ? found : await found;
    for (const channel of channels) routing.routed.push({ fact, channel });
    if (channels.length > 0) continue;
    unknown.push(fact);
    routing.skipped.push({ kind: nameOf(fact), reason: `no channel of this app has the ${targetOf(fact)}` });
  }
  routing.error = await unrotatedNumber(unknown, signed, directory);
  return routing;
}

function targetOf({ providerChannelId, providerAccountId }: Fact): string {
  return providerChannelId === null ? `account ${providerAccountId}` : `number ${providerChannelId}`;
}

type Finder = (fact: Fact) => ConnectedNumber[] | Promise<ConnectedNumber[]>;

async function createFinder(
  facts: readonly Fact[],
  { app, channel }: Signed,
  directory: ChannelDirectory,
): Promise<Finder> {
  const own = [channel];
  const numbers = distinct(facts.map(({ providerChannelId }) => providerChannelId));
  const known = numbers.length > MANY ? await directory.byNumbers(numbers, app) : null;
  const accounts = distinct(
    facts.map((fact) => (fact.providerChannelId === null ? fact.providerAccountId : null)),
  );
  const askedFor = new Set(accounts.slice(0, MANY));

  return ({ providerChannelId, providerAccountId }) => {
    if (providerChannelId === channel.phoneNumberId) return own;
    if (providerChannelId !== null) {
      const found = known ? known.get(providerChannelId) : directory.byNumber(providerChannelId, app);
      return Promise.resolve(found).then((number) => (number ? [number] : []));
    }
    if (providerAccountId === null) return own;
    return askedFor.has(providerAccountId) ? directory.byAccount(providerAccountId, app) : [];
  };
}

/** Returns an error during a rotation of the app secret. The body is retried until the other channel has the secret. */
async function unrotatedNumber(
  unknown: readonly Fact[],
  { channel }: Signed,
  directory: ChannelDirectory,
): Promise<string | null> {
  const numbers = distinct(unknown.map(({ providerChannelId }) => providerChannelId));
  for (const number of numbers.slice(0, MANY))
    if (await directory.isNotRotated(number, channel))
      return `the number ${number} still has the former app secret: rotate it as well`;
  return null;
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
