import { rm } from "node:fs/promises";
import { type Controls, createControls } from "./controls/controls.ts";
import type { Options } from "./options.ts";
import type { Figure } from "./report/figure.ts";
import { type Child, startChild } from "./stage/child.ts";
import { type Postgres, startPostgres } from "./stage/postgres.ts";
import { createProgram, type Program } from "./stage/program.ts";
import { addWorkspace, type Workspace } from "./stage/workspace.ts";
import type { LoadRequest, LoadResult } from "./world/load.ts";
import type { MetaRequest } from "./world/meta.ts";

/** What a case has to work with. */
export type Bench = {
  options: Options;
  postgres: Postgres;
  program: Program;
  controls: Controls;
  /** Meta and its customers. */
  meta: Child<MetaRequest>;
  graphUrl: string;
  /** Applies load; defaults to the standard duration. */
  load(
    request: Pick<LoadRequest, "number" | "source" | "perBody" | "connections"> & Partial<LoadRequest>,
  ): Promise<LoadResult>;
  /** A new tenant with a number. @param graphUrl of another stand-in than Meta's */
  workspace(slug: string, graphUrl?: string): Promise<Workspace>;
  add(figure: Figure): void;
  /** Unique in the run. */
  series(): string;
  close(): Promise<void>;
};

/** Starts the database, Meta and the load generator, and Parley beside them. */
export async function openBench(options: Options, onFigure: (figure: Figure) => void): Promise<Bench> {
  await using opening = new AsyncDisposableStack();
  const postgres = await startPostgres({ isProfiled: options.profileDir !== undefined });
  opening.defer(() => postgres.stop());
  const program = await createProgram({ databaseUrl: postgres.ownerUrl, profileDir: options.profileDir });
  opening.defer(() => rm(program.home, { recursive: true, force: true }));
  await program.command(["migrate"]);
  await program.start();
  opening.defer(() => program.stop());
  const meta = startChild<MetaRequest>("world/meta.ts");
  opening.defer(() => meta.end());
  const graphUrl = `http://127.0.0.1:${await meta.ask<number>({ kind: "listen" })}`;
  const loader = startChild<LoadRequest>("world/load.ts");
  opening.defer(() => loader.end());
  const seconds = Math.min(3, options.seconds);
  const controls = createControls({ postgres, load: loader, meta, graphUrl, seconds });
  const closing = opening.move();
  let series = 0;

  return {
    options,
    postgres,
    program,
    controls,
    meta,
    graphUrl,
    load: (request) =>
      loader.ask({ seconds: options.seconds, warmUpSeconds: options.warmUpSeconds, ...request }, 900_000),
    workspace: (slug, at = graphUrl) => addWorkspace(program, slug, at),
    add: onFigure,
    series() {
      series += 1;
      return `s${process.pid}.${series}`;
    },
    close: () => closing.disposeAsync(),
  };
}
