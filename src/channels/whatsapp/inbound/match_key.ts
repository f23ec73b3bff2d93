/**
 * What two spellings of one phone number have in common: the rule of app_hidden.identity_match_key(), which decides in
 * the database. Both run against tests/cases/match_keys.json.
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

/** Brazilian mobiles with the ninth digit, Mexican ones with 1, Argentinian ones with 9. */
const TWO_SPELLINGS = [
  { country: "+55", pattern: /^\+55([1-9]{2})9([6-9][0-9]{7})$/ },
  { country: "+52", pattern: /^\+521([0-9]{10})$/ },
  { country: "+54", pattern: /^\+549([0-9]{10})$/ },
];
