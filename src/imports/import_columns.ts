import { ParleyError } from "../base/errors.ts";
import { ERROR_COLUMNS } from "./error_file.ts";

/** Columns of contacts that a file may have, by what people call them, in the form of {@link nameOf}. */
const TARGETS: Readonly<Record<string, string>> = {
  phone:
    "phone phone_number mobile mobile_phone mobile_number cell cell_phone telephone tel whatsapp whatsapp_number msisdn " +
    "number phone_1_value telefon telefonnummer handy handynummer mobil mobilnummer telefono telefone celular movil " +
    "numero telephone_mobile portable cep cep_telefonu telefon_numarasi numara",
  name: "name full_name fullname display_name contact_name vollstandiger_name nombre nombre_completo nome nom ad_soyad isim",
  first_name: "first_name firstname given_name vorname prenom primer_nombre ad",
  last_name:
    "last_name lastname surname family_name nachname apellido apellidos sobrenome soyad nom_de_famille",
  email: "email e_mail email_address e_mail_1_value mail correo correo_electronico e_posta eposta courriel",
  external_ref: "external_ref external_id customer_id customer_number kundennummer crm_id",
  language: "language lang locale sprache idioma langue dil",
  time_zone: "time_zone timezone zeitzone",
  status: "status",
  notes: "notes note notizen notiz notas nota notlar",
  picture_url: "picture_url photo picture avatar",
  opted_in_at: "opted_in_at",
  opted_out_at: "opted_out_at",
  marketing_opted_in_at: "marketing_opted_in_at",
  marketing_opted_out_at: "marketing_opted_out_at",
  tags: "tags tag labels etiketler etiquetas schlagworte",
  groups: "groups group gruppen gruppe grupos grupo groupes gruplar grup",
};

const TARGET_OF = new Map(
  Object.entries(TARGETS).flatMap(([target, names]) =>
    names.split(" ").map((name) => [name, target] as const),
  ),
);

/** A custom field of the tenant's contacts. */
type Field = { key: string; label: string | null };

type Wishes = {
  /** For columns of the file, by name, the target; an empty text: the column is left out. */
  mapping?: Readonly<Record<string, string>>;
  /** Columns that are not known become custom fields. Otherwise they are left out. */
  createsFields?: boolean;
};

/**
 * Where the values of each column of a file go: `phone`, `name`, …, `fields.<key>`, or an empty text for nowhere.
 * @throws ParleyError PYCSV when two columns have one target, or none says who the contact is; PYREQ for a mapping that
 * names a column or a target that does not exist
 */
export function matchColumns(
  header: readonly string[],
  fields: readonly Field[],
  { mapping = {}, createsFields = false }: Wishes,
): string[] {
  for (const name of Object.keys(mapping))
    if (!header.includes(name)) throw new ParleyError("PYREQ", `The file has no column "${name}"`);
  const isErrorFile = ERROR_COLUMNS.every((name, at) => header[at] === name);
  const columns = header.map((name, at) => {
    if (isErrorFile && at < ERROR_COLUMNS.length) return "";
    const wished = Object.hasOwn(mapping, name) ? mapping[name] : undefined;
    if (wished !== undefined) return known(wished, fields);
    const field = fieldOf(name, fields);
    return (
      TARGET_OF.get(nameOf(name)) ?? (field ? `fields.${field.key}` : createsFields ? newField(name) : "")
    );
  });
  refuseTwice(columns, header);
  if (!columns.includes("phone") && !columns.includes("external_ref"))
    throw new ParleyError(
      "PYCSV",
      "No column is known to have phone numbers or external_ref: name it in the mapping",
    );
  return columns;
}

/** `Télefono (móvil)` → `telefono_movil` */
function nameOf(text: string): string {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ı", "i")
    .replaceAll("ß", "ss")
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "");
}

function fieldOf(name: string, fields: readonly Field[]): Field | undefined {
  return fields.find(
    ({ key, label }) =>
      [name, nameOf(name)].includes(key) || (label !== null && nameOf(label) === nameOf(name)),
  );
}

function newField(name: string): string {
  const key = nameOf(name);
  return key === "" ? "" : `fields.${key}`;
}

function known(target: string, fields: readonly Field[]): string {
  if (target === "" || Object.hasOwn(TARGETS, target)) return target;
  const key = /^fields\.(.+)$/.exec(target)?.[1];
  if (key !== undefined) return target;
  const field = fieldOf(target, fields);
  if (field) return `fields.${field.key}`;
  const names = Object.keys(TARGETS).join(", ");
  throw new ParleyError(
    "PYREQ",
    `"${target}" must be one of ${names}, or "fields." with the key of a custom field`,
  );
}

function refuseTwice(columns: readonly string[], header: readonly string[]): void {
  for (const [at, target] of columns.entries()) {
    const first = columns.indexOf(target);
    if (target !== "" && first < at)
      throw new ParleyError(
        "PYCSV",
        `The columns "${header[first]}" and "${header[at]}" both have the target ${target}: name one in the mapping`,
      );
  }
}
