import type { Bench } from "../bench.ts";
import { lowerValue, type Target } from "../report/figure.ts";
import { startChild } from "../stage/child.ts";
import { type FilledTenant, fillTenants } from "../stage/fill_tenants.ts";
import type { AskRequest, AskResult, Question } from "../world/ask.ts";
import { inboundBatch, inboundSingle, introduce } from "./inbound.ts";
import { type Case, figureOf } from "./measured.ts";

const TENANTS = 50;

export const finding: Case = {
  name: "finding",
  about:
    "search, figures and saved views over GraphQL, and inbound, with few and with many messages in 50 tenants",
  async run(bench) {
    for (const messages of bench.options.scale) await measureAt(bench, messages);
  },
};

async function measureAt(bench: Bench, messages: number): Promise<void> {
  const at = `at ${messages.toLocaleString("en-US")}`;
  const workspace = await bench.workspace(`finding-${messages}`);
  const tenants = await fillTenants(bench, workspace, TENANTS, messages / TENANTS);
  for (const { name, questions, target } of await measuresOf(bench, tenants)) {
    const { latency, refused, asked, answer } = await ask(bench, questions);
    bench.add({
      case: "finding",
      name: `${name}, p95 ${at}`,
      value: latency.p95,
      unit: "ms",
      target,
      details: { latency, asked },
      faults: refused > 0 ? [`${refused} of ${asked} were refused: ${answer.slice(0, 300)}`] : [],
    });
  }
  await introduce(bench, workspace, 5000);
  bench.add(figureOf("finding", `inbound, 1 each ${at}`, await inboundSingle(bench, workspace)));
  bench.add(figureOf("finding", `inbound, 100 each ${at}`, await inboundBatch(bench, workspace)));
}

type Measure = { name: string; questions: Question[]; target: Target };

/** The filters of an inbox: what an agent has open all day, and what a supervisor asks. */
const VIEWS = [
  { field: "assignee", is: "me" },
  {
    all: [
      { field: "status", is: "open" },
      { field: "isUnread", is: true },
    ],
  },
  { all: [{ field: "tag", is: "vip" }, { not: { field: "status", is: "closed" } }] },
  {
    any: [
      { field: "tag", is: "returns" },
      { field: "lastActivityAt", before: "14 days ago" },
    ],
  },
];

/** Common and rare words, beginnings of words, and two words, as the fill makes them. */
const SEARCHES = ["kale", "le", "ka", "mika noka", "kaleka", "zo", "gulele", "sakami leka", "xyzzy", "noru"];

async function measuresOf(bench: Bench, tenants: readonly FilledTenant[]): Promise<Measure[]> {
  const views = await saveViews(bench, tenants);
  const pages = tenants.flatMap(({ token }, at) =>
    views[at]!.map((view) => question(token, PAGE_OF_VIEW, { view })),
  );
  return [
    {
      name: "search in texts",
      questions: tenants.flatMap(({ token }) => SEARCHES.map((query) => question(token, SEARCH, { query }))),
      target: lowerValue(100, 30),
    },
    ...Object.entries(FIGURES).map(([name, query]) => ({
      name,
      questions: tenants.map(({ token }) => question(token, query)),
      target: lowerValue(50, 20),
    })),
    { name: "a page of a view", questions: pages, target: lowerValue(30, 15) },
    {
      name: "counts of four views",
      questions: tenants.map(({ token }) => question(token, "{ views { nodes { name count } } }")),
      target: lowerValue(50, 20),
    },
  ];
}

const ROW = "id status unreadCount lastActivityAt lastMessagePreview contact { id name profileName }";
const PAGE_OF_VIEW = `query ($view: UUID) {
  conversations(view: $view, first: 50, orderBy: LAST_ACTIVITY_AT_DESC) { nodes { ${ROW} } pageInfo { hasNextPage } }
}`;
const SEARCH =
  "query ($query: String!) { searchMessages(query: $query) { nodes { id preview conversation { id } } } }";
const ofTenant = (fields: string) => `{ currentMembership { tenant { ${fields} } } }`;
const FIGURES = {
  "messages by day and direction": ofTenant(
    "messageFigures(by: [day, direction], first: 100) { nodes { day direction messages } }",
  ),
  "deliveries by channel": ofTenant(
    "deliveryFigures(by: [channel]) { nodes { channelId sent delivered read deliveryRate } }",
  ),
  "failures by code": ofTenant("failureFigures { nodes { errorCode messages } }"),
  prices: ofTenant("priceFigures { nodes { category isBillable messages } }"),
  "response times by agent": ofTenant(
    "handoffFigures(by: [user]) { nodes { userId responses medianResponseSeconds p90ResponseSeconds resolutions } }",
  ),
  "waiting now": ofTenant(
    "waitingFigures { nodes { isHandedOver userId conversations waiting waitingSince } }",
  ),
  "conversations by state": ofTenant("conversationFigures { nodes { status conversations activeLastDay } }"),
};

/** The ids of a tenant's views. */
async function saveViews(bench: Bench, tenants: readonly FilledTenant[]): Promise<string[][]> {
  const { rows } = await bench.postgres.watcher.query<{ ids: string[] }>(
    `with view as (
       insert into app_public.views (tenant_id, name, kind, filter)
       select t.id, 'View ' || f.n, 'conversations', f.filter
       from unnest($1::uuid[]) t (id), jsonb_array_elements($2::jsonb) with ordinality f (filter, n)
       returning tenant_id, id
     )
     select (select array_agg(v.id) from view v where v.tenant_id = t.id) as ids
     from unnest($1::uuid[]) with ordinality t (id, n) order by t.n`,
    [tenants.map(({ tenantId }) => tenantId), JSON.stringify(VIEWS)],
  );
  return rows.map(({ ids }) => ids);
}

function question(token: string, query: string, variables: object = {}): Question {
  return { token, body: JSON.stringify({ query, variables }) };
}

async function ask(bench: Bench, questions: Question[]): Promise<AskResult> {
  const asker = startChild<AskRequest>("world/ask.ts");
  const { seconds, warmUpSeconds } = bench.options;
  const url = `${bench.program.url}/graphql`;
  return asker
    .ask<AskResult>({ url, questions, connections: 1, seconds, warmUpSeconds })
    .finally(() => asker.end());
}
