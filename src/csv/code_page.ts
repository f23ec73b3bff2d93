/** The Windows code pages in which spreadsheets of these countries (ISO 3166) write CSV files. */
const COUNTRIES: Readonly<Record<string, string>> = {
  "windows-1250": "AL BA CZ HR HU ME PL RO SI SK",
  "windows-1251": "BG BY KG KZ MD MK MN RS RU TJ UA",
  "windows-1253": "CY GR",
  "windows-1254": "AZ TR",
  "windows-1255": "IL",
  "windows-1256": "AE BH DZ EG IQ IR JO KW LB LY MA OM PK PS QA SA SD SY TN YE",
  "windows-1257": "EE LT LV",
  "windows-1258": "VN",
  "windows-874": "TH",
  shift_jis: "JP",
  gbk: "CN SG",
  "euc-kr": "KR",
  big5: "HK MO TW",
};

const CODE_PAGES = new Map(
  Object.entries(COUNTRIES).flatMap(([codePage, countries]) =>
    countries.split(" ").map((country) => [country, codePage] as const),
  ),
);

/**
 * The code page of a text that is not Unicode. Nothing in the bytes says it for sure, so the country decides; without one
 * it is that of Western Europe, or the Turkish one, which has other letters in six places that Icelandic alone uses.
 */
export function codePageOf(country: string | null, hasTurkishBytes: boolean): string {
  if (country !== null) return CODE_PAGES.get(country) ?? "windows-1252";
  return hasTurkishBytes ? "windows-1254" : "windows-1252";
}

/** The bytes of Ğ İ Ş ğ ı ş in windows-1254; in windows-1252 they are Ð Ý Þ ð ý þ. */
export const TURKISH_BYTES: ReadonlySet<number> = new Set([0xd0, 0xdd, 0xde, 0xf0, 0xfd, 0xfe]);
