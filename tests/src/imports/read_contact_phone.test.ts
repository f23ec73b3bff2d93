import assert from "node:assert/strict";
import { test } from "node:test";
import { readContactPhone } from "../../../src/imports/read_contact_phone.ts";

test("phone numbers are read as people write them, with the country as default", () => {
  const cases: [written: string, country: string | null, number: string | null][] = [
    ["+49 (0)171 234-5678", null, "+491712345678"],
    ["0044 20 7946 0001", "US", "+442079460001"],
    ["0171 2345678", "DE", "+491712345678"],
    ["030/1234567", "DE", "+49301234567"],
    ["044 668 18 00", "CH", "+41446681800"],
    ["(415) 555-2671", "US", "+14155552671"],
    ["11 98765-4321", "BR", "+5511987654321"],
    ["3331234567", "IT", "+393331234567"],
    // A spreadsheet has taken the 0, or the "+".
    ["1712345678", "DE", "+491712345678"],
    ["491712345678", "DE", "+491712345678"],
    ["905321112233", "DE", "+905321112233"],
    ["905321112233", "TR", "+905321112233"],
    ["5511987654321", "BR", "+5511987654321"],
    ["14155552671", "US", "+14155552671"],
    ["905321112233", null, "+905321112233"],
    ["05321112233", null, null],
    ["1234", "DE", null],
    ["4.91712E+11", "DE", null],
    ["ask Ann", "DE", null],
    ["0171 2345678", "XX", null],
  ];
  for (const [written, country, number] of cases)
    assert.equal(readContactPhone(written, country), number, `${written} ${country}`);
});
