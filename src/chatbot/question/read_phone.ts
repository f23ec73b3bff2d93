import { cleanPasted } from "../text/pasted.ts";

/**
 * Reads a phone number as people write it: returns `+` and digits if it has a country code, else its digits; null when it is
 * not valid. Of several numbers the first is used, without its extension. A national number (one leading 0) gets the country
 * code `country` (digits), if given.
 *
 * `app_hidden.normalize_phone` is the same in SQL, for the numbers of contacts (`tests/cases/phone_numbers.json`).
 */
export function readPhone(written: string, country = ""): string | null {
  const text = cleanPasted(written).toLowerCase().replace(SCHEME, "");
  const isBracketed = /^[1-9]\d{0,2} ?[([] ?0 ?[)\]]/.test(text);
  const number = text
    .replace(/[ ().[\]-]/g, "")
    .replace(AREA_CODE_SLASH, "$1$2")
    .replace(SECOND_NUMBER, "$1");
  if (!/^\+?\d+$/.test(number)) return null;
  const digits = number.replace(/^(?:\+?00|\+)/, "");
  const phone =
    digits !== number
      ? `+${withoutTrunkZero(digits)}`
      : isBracketed
        ? withoutTrunkZero(digits)
        : country !== "" && digits.startsWith("0")
          ? `+${withoutTrunkZero(country + digits)}`
          : digits;
  // 8 to 15 digits: ITU E.164.
  return /^(?:\+[1-9]\d{7,14}|\d{8,15})$/.test(phone) ? phone : null;
}

const SCHEME = /^(?:tel|sms|callto|whatsapp): ?(?:\/\/)?/;

/** In `+49 171/1234567` the slash is only a separator. */
const AREA_CODE_SLASH = /^(\+?\d{1,8})\/(?!00)(\d{4})/;

/** In `+49 30 1234567/68` and `+44 20 7946 0001 ext. 3` the number ends before the slash or the extension. */
const SECOND_NUMBER = /^(\+?\d{8,})(?:[/,;#x]|[,;]?ext(?:n|ension)?[:=]?)[\d+/,;]*$/;

/**
 * Removes the trunk prefix: the 0 in `+44 (0)20` is dialled only within the country. In countries whose national numbers begin
 * with 0 (Italy, San Marino, Vatican, Ivory Coast, Burkina Faso, Benin, Gabon, Congo, Ascension, Rwanda) it is part of the
 * number.
 */
function withoutTrunkZero(digits: string): string {
  const code = COUNTRY_CODE.exec(digits)?.[0] ?? "";
  return digits[code.length] === "0" && !KEEPS_ZERO.test(code)
    ? code + digits.slice(code.length + 1)
    : digits;
}

const KEEPS_ZERO = /^(?:39|37[89]|22[569]|24[127]|250)$/;

/** The country codes (ITU E.164); none is a prefix of another. */
const COUNTRY_CODE =
  /^(?:1|7|2[07]|2[1-689]\d|3[0-469]|3[578]\d|4[013-9]|42\d|5[1-8]|5[09]\d|6[0-6]|6[7-9]\d|8[1246]|8[0578]\d|9[0-58]|9[679]\d)/;
