/** What restoring and verifying say about tables of a backup that were left out. */
export function leftOutRemark(tables: readonly string[]): string {
  return `Left out, because they are not tables of Parley: ${tables.join(", ")}. \`parley restore --table … --into …\` loads them`;
}
