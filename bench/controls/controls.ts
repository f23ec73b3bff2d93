import { type Child, startChild } from "../stage/child.ts";
import type { Postgres } from "../stage/postgres.ts";
import type { BusinessNumber } from "../world/bodies.ts";
import type { LoadRequest, LoadResult } from "../world/load.ts";
import type { MetaRequest, RoundTripsResult } from "../world/meta.ts";
import type { CommitsRequest, CommitsResult } from "./commits.ts";
import { type CopyResult, measureCopy } from "./copy.ts";
import type { NoDatabaseRequest } from "./no_database.ts";
import type { PostsRequest, PostsResult } from "./posts.ts";

/** What the machine can do without Parley, measured again at each call, next to the figure it is for. */
export type Controls = {
  /** Bare `node:http` that checks signatures; webhooks of one message, 64 connections. */
  echo(): Promise<LoadResult>;
  commits(clients: number): Promise<CommitsResult>;
  /** Into a table like messages: columns, checks, indexes, a partition; no triggers, no foreign keys. */
  copy(): Promise<CopyResult>;
  /** undici to the stand-in. */
  posts(concurrency: number): Promise<PostsResult>;
  /** HMAC, then POST, and nothing in between. */
  loop(contacts: number): Promise<RoundTripsResult>;
};

type ControlsOptions = {
  postgres: Postgres;
  load: Child<LoadRequest>;
  meta: Child<MetaRequest>;
  graphUrl: string;
  seconds: number;
};

const SECRET = "the secret of a control, long enough";

export function createControls({ postgres, load, meta, graphUrl, seconds }: ControlsOptions): Controls {
  const warmUpSeconds = 0.5;
  let series = 0;

  async function served<T>(graph: string | null, work: (number: BusinessNumber) => Promise<T>): Promise<T> {
    const server = startChild<NoDatabaseRequest>("controls/no_database.ts");
    try {
      const port = await server.ask<number>({ appSecret: SECRET, graphUrl: graph });
      const url = `http://127.0.0.1:${port}/webhooks/whatsapp/0`;
      return await work({
        url,
        appSecret: SECRET,
        phoneNumberId: "105500000000000",
        businessAccountId: "102200000000000",
      });
    } finally {
      await server.end();
    }
  }

  async function once<Request, Result>(program: string, request: Request): Promise<Result> {
    const child = startChild<Request>(program);
    return child.ask<Result>(request).finally(() => child.end());
  }

  return {
    echo: () =>
      served(null, (number) => {
        series += 1;
        const source = { kind: "messages", first: 0, customers: 5000, series: `echo.${series}` } as const;
        return load.ask<LoadResult>({ number, source, perBody: 1, connections: 64, seconds, warmUpSeconds });
      }),
    async commits(clients) {
      await postgres.watcher.query(`
        create schema if not exists bench;
        drop table if exists bench.commits;
        create table bench.commits (id bigint generated always as identity primary key, body text);
        grant usage on schema bench to public;
        grant insert on bench.commits to public`);
      return once<CommitsRequest, CommitsResult>("controls/commits.ts", {
        url: postgres.ownerUrl,
        table: "bench.commits",
        clients,
        seconds,
      });
    },
    copy: () => measureCopy(postgres.watcher),
    posts: (concurrency) =>
      once<PostsRequest, PostsResult>("controls/posts.ts", { graphUrl, concurrency, seconds }),
    loop: (contacts) =>
      served(graphUrl, (number) => {
        series += 1;
        return meta.ask<RoundTripsResult>({
          kind: "round_trips",
          number,
          contacts,
          customersEach: 20,
          firstCustomer: 0,
          series: `loop.${series}`,
          seconds,
          warmUpSeconds,
        });
      }),
  };
}
