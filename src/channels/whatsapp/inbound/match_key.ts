/**
 * Returns one key for all spellings of a phone number. The database applies the same rule, in
 * app_hidden.identity_match_key(). The cases of tests/cases/match_keys.json test both.
 *
 * @param phone E.164 with `+`
 */
export function matchKeyOf(phone: string): string {
  for (const { pattern, country } of TWO_SPELLINGS) {
    const match = pattern.exec(phone);
    if (match !== null) return country + match.slice(1).join("");
  }
  return phone;
}

/** Mobile numbers with an optional digit: the ninth digit in Brazil, 1 in Mexico, 9 in Argentina. */
const TWO_SPELLINGS = [
  { country: "+55", pattern: /^\+55([1-9]{2})9([6-9][0-9]{7})$/ },
  { country: "+52", pattern: /^\+521([0-9]{10})$/ },
  { country: "+54", pattern: /^\+549([0-9]{10})$/ },
];
