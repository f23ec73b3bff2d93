import { FIELD_TYPES, type Field, type Fields } from "../../src/chatbot/fields/field.ts";
import type { NodeKind } from "../../src/chatbot/nodes/define_node.ts";
import type { NodeKinds } from "../../src/chatbot/nodes/node_kinds.ts";

/** The parts of docs/chatbots.md that the kinds of nodes say themselves, by the name in their markers. */
function generatedParts(kinds: NodeKinds): Map<string, string> {
  const sections = kinds.all.map((kind) => [kind.kind, sectionOfKind(kind)] as const);
  return new Map([["types of fields", typesTable()], ["results", resultsTable(kinds)], ...sections]);
}

/** A page with its generated parts brought up to date: what stands between `<!-- name -->` and `<!-- /name -->`. */
export function withGeneratedParts(page: string, kinds: NodeKinds): string {
  let text = page;
  for (const [name, part] of generatedParts(kinds)) {
    const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from === -1 || to < from) throw new Error(`the page has no markers of "${name}"`);
    text = `${text.slice(0, from + begin.length)}${part}\n${text.slice(to)}`;
  }
  return text;
}

/** What a kind does, how it is left, and a table of its fields. */
export function sectionOfKind({ about, exits, ownExitsAbout, fields }: NodeKind): string {
  const named = exits.map(({ handle, label }) => `\`${handle}\` (${label})`);
  const all = ownExitsAbout === undefined ? named : [ownExitsAbout, ...named];
  const rows = rowsOfFields(fields);
  return [
    about,
    ...(all.length > 0 ? ["", `Exits: ${all.join("; ")}.`] : []),
    ...(rows.length > 0 ? ["", "| field | type | |", "|---|---|---|", ...rows] : []),
  ].join("\n");
}

function rowsOfFields(fields: Fields, prefix = ""): string[] {
  return Object.values(fields).flatMap((field) => [
    `| \`${prefix}${field.name}\` | ${field.type} | ${detailsOf(field)} |`,
    ...rowsOfFields(field.items ?? {}, `${prefix}${field.name}[].`),
  ]);
}

function detailsOf(field: Field): string {
  const { about, options, limit, min, max, required, when } = field;
  const words = options?.map((word, at) => (at === 0 ? `\`${word}\` (default)` : `\`${word}\``));
  return [
    about,
    words && `One of ${words.join(", ")}.`,
    field.default !== undefined && !options && `Default: \`${field.default}\`.`,
    min !== undefined && max !== undefined && `From ${figure(min)} to ${figure(max)}.`,
    min !== undefined && max === undefined && `At least ${figure(min)}.`,
    min === undefined && max !== undefined && `At most ${figure(max)}.`,
    limit !== undefined && `${figure(limit)} characters.`,
    required !== undefined && !when && "Required.",
  ]
    .filter((part) => part)
    .join(" ")
    .replaceAll("|", "\\|");
}

function figure(number: number): string {
  return number.toLocaleString("en-US");
}

function typesTable(): string {
  const rows = Object.entries(FIELD_TYPES).map(([type, words]) => `| ${type} | ${words} |`);
  return ["| type | |", "|---|---|", ...rows].join("\n");
}

function resultsTable(kinds: NodeKinds): string {
  const rows = kinds.all.flatMap(({ kind, numberedAs, results = {} }) => {
    const names = Object.entries(results).map(([name, words]) => `\`${numberedAs}_1.${name}\` (${words})`);
    return names.length === 0 ? [] : `| \`${kind}\` | ${names.join(", ")} |`;
  });
  return ["| node | stores |", "|---|---|", ...rows].join("\n");
}
