import type { Language } from "../../words/language.ts";

/** Why a message failed, and what to do. */
export type Failure = { code: string; meaning: string; remedy: string | null };

/**
 * Explains the code of a failed message: one of Parley by the registry of errors, one of Meta by the table beside this file, and
 * one that neither knows by what the provider said. Both are loaded when the first message that failed is shown.
 */
export async function explainFailure(
  code: string | null,
  error: unknown,
  language: Language,
): Promise<Failure> {
  const said = saidBy(error);
  if (code === null) return { code: "", meaning: said ?? "", remedy: null };
  if (code.startsWith("PY")) {
    const { ERRORS } = await import("../../../src/base/errors.ts");
    const known = (ERRORS as Readonly<Record<string, { meaning: string; remedy: string }>>)[code];
    return { code, meaning: known?.meaning ?? said ?? "", remedy: known?.remedy ?? null };
  }
  const { META_ERRORS } = await import("./meta_errors.ts");
  const known = META_ERRORS[language].find(({ codes }) => codes.includes(Number(code)));
  return { code, meaning: known?.meaning ?? said ?? "", remedy: known?.remedy ?? null };
}

/** What the provider says about its error: the details rather than the title. */
function saidBy(error: unknown): string | null {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of the provider
  const { title, message, details, error_data: data } = (error ?? {}) as Record<string, any>;
  const said = data?.details ?? details ?? message ?? title;
  return typeof said === "string" ? said : null;
}
