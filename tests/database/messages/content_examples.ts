/** An outbound content, what it is an example of, and whether it may be sent: each limit at, and just over. */
export type ContentExample = { what: string; type: string; content: unknown; isFine: boolean };

const examples: ContentExample[] = [];
const fine = (what: string, type: string, content: unknown) =>
  examples.push({ what, type, content, isFine: true });
const wrong = (what: string, type: string, content: unknown) =>
  examples.push({ what, type, content, isFine: false });
/** At the limit, and one over it. */
const limit = (what: string, type: string, length: number, content: (text: string) => unknown) => {
  fine(`${what} of ${length} characters`, type, content("é".repeat(length)));
  wrong(`${what} of ${length + 1} characters`, type, content("é".repeat(length + 1)));
};

const text = (body: unknown) => ({ body });
fine("a text longer than some channels take", "text", text("é".repeat(4097)));
fine("a text with a preview", "text", { body: "https://example.com", preview_url: true });
for (const body of ["", " \t\r\n", null, undefined, 7, ["a"], { a: 1 }])
  wrong(`a text of ${JSON.stringify(body)}`, "text", text(body));
wrong("preview_url that is no boolean", "text", { body: "a", preview_url: "yes" });

for (const type of ["image", "video", "audio", "document", "sticker"]) {
  fine(`${type} by id`, type, { id: "1234567890" });
  fine(`${type} by link`, type, { link: "https://example.com/a" });
  wrong(`${type} by both`, type, { id: "1", link: "https://example.com/a" });
  wrong(`${type} by neither`, type, {});
  wrong(`${type} without an id in id`, type, { id: null });
  wrong(`${type} with spaces in its id`, type, { id: "a b" });
  wrong(`${type} by a link that is none`, type, { link: "javascript:alert(1)" });
  wrong(`${type} by a link with a space`, type, { link: "https://example.com/a b" });
  wrong(`${type} by null`, type, { link: null });
}
const link = "https://example.com/a";
fine("a link of 2,048 characters", "image", { link: `https://${"a".repeat(2040)}` });
wrong("a link of 2,049 characters", "image", { link: `https://${"a".repeat(2041)}` });
for (const type of ["image", "video", "document"]) {
  limit(`${type} with a caption`, type, 1024, (caption) => ({ link, caption }));
  fine(`${type} with an empty caption`, type, { link, caption: "" });
  wrong(`${type} with a caption that is no text`, type, { link, caption: 1 });
}
for (const type of ["audio", "sticker"]) wrong(`${type} with a caption`, type, { link, caption: "a" });
limit("a document with a file name", "document", 240, (filename) => ({ link, filename }));

fine("a location at the edge of the world", "location", { latitude: -90, longitude: 180 });
fine("a location in texts", "location", { latitude: "52.52", longitude: "13.405", name: "Berlin" });
fine("a location as precise as JSON can write it", "location", { latitude: 1e-7, longitude: -1.5e-8 });
wrong("a latitude over 90", "location", { latitude: 90.0001, longitude: 0 });
wrong("a longitude over 180", "location", { latitude: 0, longitude: -180.0001 });
wrong("no longitude", "location", { latitude: 0 });
wrong("a latitude that is no number", "location", { latitude: "north", longitude: 0 });
wrong("a latitude that is a list", "location", { latitude: [], longitude: 0 });
limit("a location with a name", "location", 1000, (name) => ({ latitude: 0, longitude: 0, name }));

const person = { name: { formatted_name: "Ann Lee", first_name: "Ann" } };
fine("257 contacts", "contacts", { contacts: Array(257).fill(person) });
wrong("258 contacts", "contacts", { contacts: Array(258).fill(person) });
wrong("no contacts", "contacts", { contacts: [] });
wrong("contacts that are no list", "contacts", { contacts: person });
wrong("a contact without formatted_name", "contacts", { contacts: [{ name: { first_name: "Ann" } }] });
wrong("a contact with formatted_name alone", "contacts", { contacts: [{ name: { formatted_name: "Ann" } }] });
wrong("a contact without a name", "contacts", { contacts: [{}] });
wrong("a contact that is no object", "contacts", { contacts: ["Ann"] });

fine("a reaction", "reaction", { message_id: "wamid.1", emoji: "👍" });
fine("a reaction taken back", "reaction", { message_id: "wamid.1", emoji: "" });
wrong("a reaction to nothing", "reaction", { emoji: "👍" });
wrong("a reaction without an emoji", "reaction", { message_id: "wamid.1" });

const language = { code: "en_US" };
fine("a template", "template", { name: "hello_1", language, components: [] });
limit("a template's name", "template", 512, (name) => ({ name: name.replaceAll("é", "e"), language }));
fine("a template in a language without a country", "template", { name: "hello", language: { code: "fil" } });
for (const code of ["english", "en-US", "", undefined])
  wrong(`a template in the language ${code}`, "template", { name: "hello", language: { code } });
wrong("a template's name in capitals", "template", { name: "Hello", language });
wrong("components that are no list", "template", { name: "hello", language, components: {} });

for (const type of [
  "button",
  "order",
  "system",
  "request_welcome",
  "edit",
  "revoke",
  "unsupported",
  "unknown",
])
  wrong(`a ${type}, which only customers send`, type, { body: "a" });
wrong("more than 64 KiB", "template", { name: "hello", language, components: ["a".repeat(65_536)] });

export const contentExamples: readonly ContentExample[] = examples;
