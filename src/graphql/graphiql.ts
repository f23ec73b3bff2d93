import type { RequestHandler } from "express";
import { ruruHTML } from "postgraphile/grafserv/ruru/server";
import { serveStatic } from "postgraphile/grafserv/ruru/static";

const STATIC_PATH = "/graphiql/static/";

/** Ruru, a GraphiQL page. For development only: it has 20 MB of scripts, and introspects the schema. */
export function graphiqlPage(graphqlPath: string): { page: RequestHandler; files: RequestHandler } {
  const html = ruruHTML({
    endpoint: graphqlPath,
    subscriptionEndpoint: graphqlPath,
    staticPath: STATIC_PATH,
  });
  return {
    page: (_request, response) => {
      response.type("html").send(html);
    },
    files: serveStatic(STATIC_PATH) as RequestHandler,
  };
}
