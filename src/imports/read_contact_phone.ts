import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from "libphonenumber-js/max";
import { readPhone } from "../chatbot/question/read_phone.ts";
import { cleanPasted } from "../chatbot/text/pasted.ts";

/**
 * Reads a phone number as people write it: "+" and digits; null if it is not one. A number without "+" or 00 may be one
 * of `country` (ISO 3166), with or without its leading 0, or an international one that a spreadsheet has taken the "+"
 * from. If it may be both, it is the one that belongs to a mobile phone, and otherwise that of the country.
 */
export function readContactPhone(written: string, country: string | null): string | null {
  const read = readPhone(written);
  if (read?.startsWith("+")) return read;
  const digits = read ?? cleanPasted(written);
  const national = country !== null && isSupportedCountry(country) ? valid(digits, country) : undefined;
  if (digits.startsWith("0") || national?.isMobile()) return national?.number ?? null;
  const international = /^[1-9]\d+$/.test(digits) ? valid(`+${digits}`) : undefined;
  return (international?.isMobile() ? international : (national ?? international))?.number ?? null;
}

function valid(text: string, country?: CountryCode) {
  const parsed = parsePhoneNumberFromString(text, country);
  if (!parsed?.isValid()) return undefined;
  return { number: parsed.number, isMobile: () => MOBILE.has(parsed.getType()) };
}

/** In some countries nothing tells them apart. */
const MOBILE: ReadonlySet<string | undefined> = new Set(["MOBILE", "FIXED_LINE_OR_MOBILE"]);
