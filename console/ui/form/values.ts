/** Readers of a form that was sent. */

export function text(form: FormData, name: string): string {
  return String(form.get(name) ?? "").trim();
}

/** Null where nothing was entered. */
export function optionalText(form: FormData, name: string): string | null {
  return text(form, name) || null;
}

export function optionalNumber(form: FormData, name: string): number | null {
  const entered = text(form, name);
  return entered === "" ? null : Number(entered);
}

export function isChecked(form: FormData, name: string): boolean {
  return form.get(name) !== null;
}

/** The values of all checked boxes, or chosen options, of that name. */
export function chosen<Value extends string>(form: FormData, name: string): Value[] {
  return form.getAll(name) as Value[];
}
