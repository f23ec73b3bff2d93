import { catalogue } from "../words/language.ts";

export const words = catalogue({ cancel: "Cancel" }, { cancel: "Vazgeç" });
