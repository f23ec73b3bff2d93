import { publicUrl } from "../base/address.ts";
import type { Config } from "../base/config.ts";
import { hasGraphiql } from "../http/landing/home.ts";
import type { Application } from "../process/application.ts";

/** The text that `parley start` prints when everything runs: addresses, sign-ins, and what to try first. */
export function greeting({ url = "", hasSandbox, signIns }: Application, config: Config): string {
  const base = config.PUBLIC_URL === undefined ? url : publicUrl(config);
  const addresses = [
    ["Start here", `${base}/`],
    ...(config.CONSOLE ? [["The console", `${base}/console`]] : []),
    ...(hasSandbox ? [["A customer's phone", `${base}/sandbox`]] : []),
    ...(hasGraphiql(config) ? [["GraphiQL", `${base}/graphiql`]] : []),
    ["GraphQL", `${base}/graphql`],
  ];
  const lines = ["", "  Parley is running. Ctrl-C stops it.", "", ...rows(addresses)];
  const [owner] = signIns;
  if (owner) {
    lines.push(
      "",
      "  Sign-ins of the demo",
      ...rows(signIns.map(({ role, email, password }) => [role, email, password])),
    );
    lines.push("", "  Sign in over GraphQL", ...signInExample(base, owner.email, owner.password));
    lines.push(
      "",
      "  Write to the customer who wrote last, from SQL (say something on the phone first)",
      ...INSERT_EXAMPLE,
    );
  }
  return `${lines.join("\n")}\n`;
}

function signInExample(base: string, email: string, password: string): string[] {
  const query = `mutation($e:String!,$p:String!){signIn(input:{email:$e,password:$p}){session{accessToken}}}`;
  const body = JSON.stringify({ query, variables: { e: email, p: password } });
  return [`    curl -s ${base}/graphql -H 'content-type: application/json' \\`, `      -d '${body}'`];
}

const INSERT_EXAMPLE = [
  `    psql "$(npx parley database url)" -c "`,
  `      insert into app_public.messages (conversation_id, type, content)`,
  `      select id, 'text', '{\\"body\\": \\"Hello from SQL\\"}' from app_public.conversations`,
  `      order by last_customer_message_at desc nulls last limit 1"`,
];

/** Aligns two columns. */
function rows(cells: readonly (readonly string[])[]): string[] {
  const widths = (cells[0] ?? []).map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  return cells.map((row) =>
    `    ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join("   ")}`.trimEnd(),
  );
}
