import { inventNumber } from "./situations.js";

/**
 * Who is on this phone, and to whom it talks: in the address, so that two tabs can be two customers, and remembered
 * for the next time.
 */
export function readIdentity(numbers) {
  const stored = new URLSearchParams(localStorage.getItem("identity") ?? "");
  const asked = new URLSearchParams(location.hash.slice(1));
  const read = (name) => asked.get(name) ?? stored.get(name);
  const isKnown = numbers.some(({ phoneNumberId }) => phoneNumberId === read("number"));
  return {
    number: isKnown ? read("number") : numbers[0].phoneNumberId,
    customer: read("customer") ?? inventNumber(),
    name: read("name") ?? "Alex",
  };
}

export function keepIdentity(identity) {
  const text = new URLSearchParams(identity).toString();
  localStorage.setItem("identity", text);
  history.replaceState(undefined, "", `#${text}`);
}
