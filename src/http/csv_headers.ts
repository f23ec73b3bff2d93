/** The headers of a CSV file, which is made for this response. */
export function csvHeaders(name: string, now = new Date()): Record<string, string> {
  return {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${name}-${now.toISOString().slice(0, 10)}.csv"`,
    "cache-control": "no-store",
  };
}
