import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readEmail } from "../../../../src/chatbot/question/read_email.ts";
import { readNumber } from "../../../../src/chatbot/question/read_number.ts";
import { readPhone } from "../../../../src/chatbot/question/read_phone.ts";
import emails from "../../../cases/email_addresses.json" with { type: "json" };
import phones from "../../../cases/phone_numbers.json" with { type: "json" };

describe("phone numbers, as the table of cases says", () => {
  for (const { written, number } of phones)
    test(JSON.stringify(written), () => {
      assert.equal(readPhone(written), number);
    });
});

describe("a national number gets the country code that the author gave", () => {
  const national: [written: string, country: string, number: string][] = [
    ["0171 1234567", "49", "+491711234567"],
    ["(0171) 123-4567", "49", "+491711234567"],
    ["0171/1234567", "49", "+491711234567"],
    ["0171 1234567 / 0171 7654321", "49", "+491711234567"],
    ["06 1234 5678", "39", "+390612345678"],
    ["07 01 02 03 04", "225", "+2250701020304"],
    ["+44 20 7946 0001", "49", "+442079460001"],
    ["00442079460001", "49", "+442079460001"],
    ["5551234567", "49", "5551234567"],
  ];
  for (const [written, country, number] of national)
    test(`${written} in +${country}`, () => {
      assert.equal(readPhone(written, country), number);
    });
});

describe("e-mail addresses, as the table of cases says", () => {
  for (const { written, address } of emails)
    test(JSON.stringify(written), () => {
      assert.equal(readEmail(written), address);
    });
});

test("what stands before or behind an e-mail address without being of it is asked again", () => {
  for (const written of [
    "http://ann@example.com",
    "email:ann@example.com",
    "ann@-example.com",
    "ann@example.com/",
  ])
    assert.equal(readEmail(written), null, written);
});

describe("numbers", () => {
  const numbers: [written: string, number: number | "ambiguous" | null][] = [
    ["25", 25],
    ["2\u200c5", 25],
    ["\u200e25", 25],
    ["\u0968\u096b", 25],
    ["\uff12\uff15", 25],
    ["\u0663\u066b\u0665", 3.5],
    ["\u0661\u066c\u0665\u0660\u0660", 1500],
    ["\u0661\u066c\u0665\u0660\u0660\u066b\u0665", 1500.5],
    ["\u0663\u060c\u0665", 3.5],
    ["\u22125", -5],
    ["+5", 5],
    ["- 5", -5],
    ["3,5", 3.5],
    ["3.25", 3.25],
    ["12.", 12],
    ["1.500", "ambiguous"],
    ["1,500", "ambiguous"],
    ["-12,345", "ambiguous"],
    ["R$ 1.500", "ambiguous"],
    ["0.500", 0.5],
    ["0,125", 0.125],
    ["1500.000", 1500],
    ["1.5000", 1.5],
    ["1 500", 1500],
    ["1\u202f500,50", 1500.5],
    ["1'500", 1500],
    ["1\u2019500.50", 1500.5],
    ["1.500.000", 1500000],
    ["1,500,000.25", 1500000.25],
    ["1.500,00", 1500],
    ["1,500.00", 1500],
    ["1,50,000", 150000],
    ["12,34,56,789.5", 123456789.5],
    ["R$ 1.500,00", 1500],
    ["\u20ac20", 20],
    ["20 \u20ac", 20],
    ["-$5", -5],
    ["EUR 12,50", 12.5],
    ["12.50 USD", 12.5],
    ["1.500.00", null],
    ["1.50.000", null],
    ["10 20", null],
    ["1.500,000.5", null],
    ["5k", null],
    ["5 mil", null],
    ["3 mio", null],
    ["25 km", null],
    ["1e5", null],
    ["twelve", null],
    [".", null],
    ["", null],
    ["9".repeat(400), null],
  ];
  for (const [written, number] of numbers)
    test(JSON.stringify(written.slice(0, 20)), () => {
      assert.equal(readNumber(written), number);
    });

  test("the author's decimal sign decides only ambiguous numbers", () => {
    assert.equal(readNumber("1.500", ","), 1500);
    assert.equal(readNumber("1.500", "."), 1.5);
    assert.equal(readNumber("1,500", "."), 1500);
    assert.equal(readNumber("1,500", ","), 1.5);
    assert.equal(readNumber("1.500,5", "."), 1500.5);
    assert.equal(readNumber("3.5", ","), 3.5);
  });
});
