import { cleanPasted } from "../text/pasted.ts";

/**
 * Reads a number as people write it: thousands in groups, a decimal point or comma, a currency; null when it is not valid.
 * `"ambiguous"` when it has two meanings: `1.500` is fifteen hundred in some countries, one and a half in others.
 *
 * @param decimalSign `.` or `,`: the author's decision for ambiguous numbers.
 */
export function readNumber(written: string, decimalSign = ""): number | "ambiguous" | null {
  const text = cleanPasted(written).replaceAll("\u060c", ",").replace(/[.,]$/, "");
  const { sign = "", before = "", amount = "", after = "" } = NUMBER.exec(text)?.groups ?? {};
  if (amount === "" || ![before, after].every(isCurrency)) return null;
  const grouped = GROUPED.test(amount) ? amount.replace(/\D/g, "") : undefined;
  const decimal = withPoint(amount);
  if (grouped === undefined || decimal === undefined) return finite(sign, grouped ?? decimal);
  if (decimalSign === "") return "ambiguous";
  return finite(sign, amount.includes(decimalSign) ? decimal : grouped);
}

const NUMBER =
  /^(?<sign>[+-]?) ?(?<before>[\p{L}\p{Sc}]{0,4}) ?(?<amount>\d[\d., '\u2019\u066b\u066c]*?) ?(?<after>[\p{L}\p{Sc}]{0,4})$/u;

/** `1.500`, `1 500 000`, `1'500`, and Indian `1,50,000`; one sign throughout. */
const GROUPED = /^[1-9]\d{0,2}([., '\u2019\u066c])\d{3}(?:\1\d{3})*$|^[1-9]\d?(?:,\d{2})+,\d{3}$/;

const DECIMAL = /^(?<whole>.*)(?<point>[.,\u066b])(?<fraction>\d+)$/;

/** The amount in JavaScript's notation, if it is an integer or a decimal number. */
function withPoint(amount: string): string | undefined {
  if (/^\d+$/.test(amount)) return amount;
  const { whole = "", point = "", fraction = "" } = DECIMAL.exec(amount)?.groups ?? {};
  if (whole.includes(point) || !(/^\d+$/.test(whole) || GROUPED.test(whole))) return undefined;
  return `${whole.replace(/\D/g, "")}.${fraction}`;
}

function finite(sign: string, digits: string | undefined): number | null {
  const number = Number(sign + digits);
  return Number.isFinite(number) ? number : null;
}

/** Whether a text is a currency (`€`, `R$`, `EUR`), and not a factor of a thousand (`k`, `mil`). */
function isCurrency(text: string): boolean {
  return text === "" || /^\p{L}{0,3}\p{Sc}$/u.test(text) || CURRENCIES.has(text);
}

const CURRENCIES = new Set(Intl.supportedValuesOf("currency"));
