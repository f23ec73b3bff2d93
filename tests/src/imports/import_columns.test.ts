import assert from "node:assert/strict";
import { test } from "node:test";
import { matchColumns } from "../../../src/imports/import_columns.ts";

const FIELDS = [{ key: "loyalty_number", label: "Müşteri no" }];

test("columns are known by what people call them, and by the custom fields of the tenant", () => {
  const match = (header: string, wishes = {}) => matchColumns(header.split(","), FIELDS, wishes).join();
  assert.equal(match("Phone Number,Full Name,E-mail"), "phone,name,email");
  assert.equal(match("Vorname,Nachname,Handy,Straße"), "first_name,last_name,phone,");
  assert.equal(match("Cep Telefonu,Ad Soyad,Müşteri No"), "phone,name,fields.loyalty_number");
  assert.equal(match("TELÉFONO,loyalty_number,Etiquetas"), "phone,fields.loyalty_number,tags");
  assert.equal(match("phone,Straße,!", { createsFields: true }), "phone,fields.strasse,");
  assert.equal(
    match("phone,constructor,__proto__", { createsFields: true }),
    "phone,fields.constructor,fields.proto",
  );
  assert.equal(match("phone,name,Ort", { mapping: { name: "", Ort: "fields.city" } }), "phone,,fields.city");
  assert.equal(
    match("x,y", { mapping: { x: "external_ref", y: "Müşteri no" } }),
    "external_ref,fields.loyalty_number",
  );
  assert.equal(match("row,error_code,error,phone,City", { createsFields: true }), ",,,phone,fields.city");
});

test("a file that does not say who the contacts are, and a mapping of what does not exist, are refused", () => {
  const refused = (header: string, code: string, mapping = {}) =>
    assert.throws(() => matchColumns(header.split(","), FIELDS, { mapping }), { code });
  refused("name,email", "PYCSV");
  refused("phone,Mobile", "PYCSV");
  refused("phone,a,b", "PYCSV", { a: "fields.x", b: "fields.x" });
  refused("phone", "PYREQ", { Phone: "phone" });
  refused("phone,a", "PYREQ", { a: "telephone" });
});
