/** How to write what ordinary case rules would get wrong. */
const PROPER: Readonly<Record<string, string>> = {
  api: "API",
  whatsapp: "WhatsApp",
  google: "Google",
  id: "id",
};

/** The words of a type or a field: `WhatsappChannel` is a "WhatsApp channel". */
export function nounOf(name: string): string {
  return name
    .replace(/(?<=[a-z0-9])(?=[A-Z])/g, " ")
    .toLowerCase()
    .split(" ")
    .map((word) => PROPER[word] ?? word)
    .join(" ");
}

/** With its article, as it begins a sentence. */
export function aNoun(noun: string): string {
  return `${/^([aeio]|API|U[^s])/.test(noun) ? "An" : "A"} ${noun}`;
}

export function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
