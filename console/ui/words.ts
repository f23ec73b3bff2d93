import { catalogue } from "../words/language.ts";

export const words = catalogue(
  { save: "Save", cancel: "Cancel", remove: "Delete" },
  { save: "Kaydet", cancel: "Vazgeç", remove: "Sil" },
);
