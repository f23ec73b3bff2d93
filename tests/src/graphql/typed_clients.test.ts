import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { promisify } from "node:util";
import { codegen } from "@graphql-codegen/core";
import * as operations from "@graphql-codegen/typescript-operations";
import { minifyIntrospection, outputIntrospectionFile } from "gql.tada/internal";
import { buildSchema, introspectionFromSchema, Kind, parse, print } from "postgraphile/graphql";
import { upperFirst } from "../../../src/graphql/schema/server_mutation.ts";
import { blocksOf, document, ROOT } from "../../docs/document.ts";

/** The tools with which clients get types accept the schema, and compile the operations of docs/graphql.md. */

const BIN = join(ROOT, "node_modules/.bin");
const run = promisify(execFile);
const text = document("src/graphql/schema.graphql").text;
const schema = buildSchema(text);
const { definitions } = parse(
  blocksOf(document("docs/graphql.md"))
    .filter(({ language }) => language === "graphql")
    .map((block) => block.text)
    .join("\n"),
);
/** By the name of the operation or the fragment. */
const named = new Map(
  definitions.flatMap((each) =>
    each.kind === Kind.OPERATION_DEFINITION || each.kind === Kind.FRAGMENT_DEFINITION
      ? [[each.name!.value, each] as const]
      : [],
  ),
);
const SCALARS = {
  ...{
    UUID: "string",
    Datetime: "string",
    Date: "string",
    Time: "string",
    BigFloat: "string",
    Cursor: "string",
  },
  JSON: "unknown",
};

const home = mkdtempSync(join(tmpdir(), "parley-clients-"));
after(() => rmSync(home, { recursive: true }));

/** Writes files into a folder of their own. */
function project(name: string, files: Record<string, string>): string {
  const folder = join(home, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
}

/** Compiles files as a strict client would. @throws what the compiler says of them */
async function compile(name: string, files: Record<string, string>): Promise<void> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: "nodenext",
    target: "esnext",
    types: [],
    allowImportingTsExtensions: true,
    paths: { "gql.tada": [join(ROOT, "node_modules/gql.tada/dist/gql-tada.d.ts")] },
  };
  const folder = project(name, {
    ...files,
    "package.json": '{ "type": "module" }',
    "tsconfig.json": JSON.stringify({ compilerOptions }),
  });
  const failed = await run(join(BIN, "tsc"), ["-p", folder]).then(
    () => undefined,
    ({ stdout }: { stdout: string }) => stdout,
  );
  assert.equal(failed, undefined);
}

/** What a client may rely on: no `?.` for what is never null, and enums as they are spelled. */
const USE = `
export function titles(inbox: Inbox): (string | null)[] {
  return (inbox.conversations?.nodes ?? []).map(({ status, contact }) => (status === "open" ? contact.name : null));
}
// @ts-expect-error: a cursor is a text
export const variables: InboxVariables = { after: 5 };
`;

test("graphql-codegen makes types of the operations", async () => {
  const types = await codegen({
    filename: "types.ts",
    schema: parse(text),
    schemaAst: schema,
    documents: [{ document: { kind: Kind.DOCUMENT, definitions } }],
    plugins: [{ operations: {} }],
    pluginMap: { operations },
    config: { scalars: SCALARS, strictScalars: true },
  });
  await compile("codegen", {
    "types.ts": types,
    "use.ts": `import type { InboxQuery as Inbox, InboxQueryVariables as InboxVariables } from "./types.ts";${USE}`,
  });
});

test("gql.tada infers types of the operations", async () => {
  const introspection = minifyIntrospection(introspectionFromSchema(schema, { descriptions: false }));
  await compile("tada", {
    "introspection.d.ts": outputIntrospectionFile(introspection, {
      fileType: ".d.ts",
      shouldPreprocess: true,
    }),
    "use.ts": `
      import { initGraphQLTada, type ResultOf, type VariablesOf } from "gql.tada";
      import type { introspection } from "./introspection.d.ts";
      const graphql = initGraphQLTada<{ introspection: introspection; scalars: ${JSON.stringify(SCALARS).replaceAll('"', "")} }>();
      ${["Inbox", "Send", "SignIn"].map((name) => `export const ${name} = graphql(${JSON.stringify(print(named.get(name)!))});`).join("\n")}
      type Inbox = ResultOf<typeof Inbox>;
      type InboxVariables = VariablesOf<typeof Inbox>;
      ${USE}`,
  });
});

test("relay-compiler compiles the operations", async () => {
  const modules = [...named].map(([name, definition]) => {
    // Relay wants operations to be named after their module and their kind.
    const suffix = definition.kind === Kind.OPERATION_DEFINITION ? upperFirst(definition.operation) : "";
    const source = print({ ...definition, name: { kind: Kind.NAME, value: `${name}${suffix}` } });
    return [`${name}.ts`, `import { graphql } from "relay-runtime";\ngraphql\`${source}\`;\n`];
  });
  assert.ok(modules.length > 40);
  const folder = project("relay", {
    ...Object.fromEntries(modules),
    "schema.graphql": text,
    "relay.config.json": JSON.stringify({
      src: ".",
      schema: "./schema.graphql",
      language: "typescript",
      // The id of every object is nodeId; id is that of a row.
      schemaConfig: { nodeInterfaceIdField: "nodeId", nodeInterfaceIdVariableName: "nodeId" },
    }),
  });
  const { stdout } = await run(join(BIN, "relay-compiler"), ["relay.config.json"], { cwd: folder });
  assert.match(stdout, /Compilation completed/);
});
