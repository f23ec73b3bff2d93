/** `npm run check` writes the types of the API's schema, from which those of each document in console/ are inferred. */
import { readFile, writeFile } from "node:fs/promises";
import { minifyIntrospection, outputIntrospectionFile } from "gql.tada/internal";
import { buildSchema, introspectionFromSchema } from "postgraphile/graphql";

const SCHEMA = new URL("../../src/graphql/schema.graphql", import.meta.url);
const TYPES = new URL("introspection.d.ts", import.meta.url);

const schema = buildSchema(await readFile(SCHEMA, "utf8"));
const introspection = minifyIntrospection(introspectionFromSchema(schema, { descriptions: false }));
await writeFile(TYPES, outputIntrospectionFile(introspection, { fileType: ".d.ts", shouldPreprocess: true }));
