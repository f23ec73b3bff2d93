/** A filter that is evaluated row by row, without a database: what the compiled condition has to agree with. */
export type Filter = { [key: string]: unknown };

/** The values of each field of a row: none if it is empty, several if it is a set. Times are milliseconds. */
export type Row = {
  id: string;
  fields: Record<string, unknown[]>;
  /** The related rows of each relation. */
  related: Record<string, Row[]>;
};

/** What references, segments and relative times depend on. */
export type Surroundings = {
  now: number;
  me: string;
  idsOf(name: string): string[];
  segments: ReadonlyMap<unknown, Filter>;
};

export function matches(row: Row, filter: Filter, surroundings: Surroundings): boolean {
  const inner = (of: Row, part: unknown) => matches(of, part as Filter, surroundings);
  if ("field" in filter) return leafMatches(row, filter, surroundings);
  const [[form, part] = ["", null]] = Object.entries(filter);
  if (form === "all") return (part as Filter[]).every((each) => inner(row, each));
  if (form === "any") return (part as Filter[]).some((each) => inner(row, each));
  if (form === "not") return !inner(row, part);
  return row.related[form]!.some((other) => inner(other, part));
}

function leafMatches(row: Row, { field, path, ...test }: Filter, surroundings: Surroundings): boolean {
  const [[operator, operand] = ["", null]] = Object.entries(test);
  if (field === "segment") {
    const filters = [operand].flat().map((name) => surroundings.segments.get(name)!);
    return (
      filters.some((each) => matches(row, each, surroundings)) === (operator === "is" || operator === "in")
    );
  }
  const values = row.fields[field as string]!.flatMap((value) => at(value, (path as string[]) ?? []));
  const some = (holds: (value: never) => boolean) => values.some((value) => holds(value as never));
  if (field === "phone" && (operator === "is" || operator === "isNot"))
    return some((value) => value === `+${(operand as string).replaceAll(/\D/g, "")}`) === (operator === "is");
  const time = () => instant(operand as string, surroundings.now);
  if (field === "metadata.joined" && operator !== "isEmpty") {
    const days = [operand].flat().map((each) => dayOf(instant(each as string, surroundings.now)));
    const day = values[0] as string | undefined;
    if (operator === "before" || operator === "after")
      return day !== undefined && day < days[0]! === (operator === "before");
    return (day !== undefined && days.includes(day)) === (operator === "is" || operator === "in");
  }
  switch (operator) {
    case "is":
      return some((value) => equals(value, operand, surroundings));
    case "isNot":
      return !some((value) => equals(value, operand, surroundings));
    case "in":
      return (operand as unknown[]).some((each) => some((value) => equals(value, each, surroundings)));
    case "notIn":
      return !(operand as unknown[]).some((each) => some((value) => equals(value, each, surroundings)));
    case "contains":
      return some((value) =>
        typeof operand === "string" && typeof value === "string" && path === undefined && field !== "metadata"
          ? lower(value).includes(lower(operand))
          : contains(value, operand, true),
      );
    case "startsWith":
      return some((value) => lower(value).startsWith(lower(operand as string)));
    case "atLeast":
      return some((value) => typeof value === "number" && value >= (operand as number));
    case "atMost":
      return some((value) => typeof value === "number" && value <= (operand as number));
    case "before":
      return some((value) => value < time());
    case "after":
      return some((value) => value >= time());
    case "matches":
      return some((value) => hasWords(value, operand as string));
    case "isEmpty":
      return (values.length === 0) === operand;
    default:
      throw new Error(`no operator ${operator}`);
  }
}

function dayOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** Whether each word of the query begins a word of the text. */
function hasWords(text: string, query: string): boolean {
  const wordsOf = (of: string) => lower(of).match(/[\p{L}\p{N}]+/gu) ?? [];
  const words = wordsOf(text);
  const wanted = wordsOf(query);
  return wanted.length > 0 && wanted.every((each) => words.some((word) => word.startsWith(each)));
}

function lower(text: string): string {
  return text.toLowerCase();
}

function at(value: unknown, [key, ...rest]: string[]): unknown[] {
  if (key === undefined) return [value];
  return isObject(value) && Object.hasOwn(value, key) ? at(value[key], rest) : [];
}

/** A reference is named by its id, by its name regardless of case, or, the caller, by "me". */
function equals(value: unknown, operand: unknown, { me, idsOf }: Surroundings): boolean {
  if (value instanceof Reference) {
    if (value.type === "user" && operand === "me") return value.id === me;
    return value.id === operand || idsOf(lower(operand as string)).includes(value.id);
  }
  return canonical(value) === canonical(operand);
}

export class Reference {
  readonly type: string;
  readonly id: string;
  constructor(type: string, id: string) {
    this.type = type;
    this.id = id;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join()}}`;
}

/** As `@>` of jsonb: an array contains a scalar that is one of its elements, at the top only. */
function contains(value: unknown, part: unknown, isTop = false): boolean {
  if (isObject(part))
    return (
      isObject(value) &&
      Object.entries(part).every(([key, inner]) => Object.hasOwn(value, key) && contains(value[key], inner))
    );
  if (Array.isArray(part))
    return Array.isArray(value) && part.every((inner) => value.some((element) => contains(element, inner)));
  if (isTop && Array.isArray(value)) return value.some((element) => canonical(element) === canonical(part));
  return canonical(value) === canonical(part);
}

const MINUTE = 60_000;
const UNITS: Record<string, number> = {
  minute: MINUTE,
  hour: 60 * MINUTE,
  day: 1440 * MINUTE,
  week: 7 * 1440 * MINUTE,
};

function instant(text: string, now: number): number {
  const today = Math.floor(now / UNITS.day!) * UNITS.day!;
  const day = { yesterday: -1, today: 0, tomorrow: 1 }[text];
  if (day !== undefined) return today + day * UNITS.day!;
  if (text === "now") return now;
  const relative = /(\d+) (minute|hour|day|week)/.exec(text);
  if (!relative) return Date.parse(text);
  const length = Number(relative[1]) * UNITS[relative[2]!]!;
  return text.startsWith("in ") ? now + length : now - length;
}
