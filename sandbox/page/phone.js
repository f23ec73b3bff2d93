import { ChatApi, listNumbers } from "./api.js";
import { offerFiles, offerRecording } from "./attachments.js";
import { Composer } from "./composer.js";
import { element } from "./element.js";
import { keepIdentity, readIdentity } from "./identity.js";
import { openMenu, placeBeside } from "./menu.js";
import { openSheet } from "./sheet.js";
import { SITUATIONS } from "./situations.js";
import { Transcript } from "./transcript.js";

/** Long enough for the second tick to be seen before it turns blue. */
const READING_MS = 700;

const $ = (id) => document.getElementById(id);

let api;
let identity;
let stopListening = () => {};
let readingTimer;

const composer = new Composer($("composer"), act);
const transcript = new Transcript($("chat"), $("messages"), {
  tap: (message, choice) => act({ kind: "tap", choice: choice.id, wamid: message.wamid }),
  openList: (message) =>
    openSheet($("sheet"), message, (row) => act({ kind: "tap", choice: row.id, wamid: message.wamid })),
  sendPlace: () => $("place").showModal(),
  addressOf: (file) => api.addressOf(file),
  play: ({ from, wamid, content, status }) => {
    if (from === "business" && content.voice && status !== "played") act({ kind: "play", wamid });
  },
  openMenu: (message, button) =>
    openMenu($("message-menu"), button, message, {
      react: (emoji) => act({ kind: "react", wamid: message.wamid, emoji }),
      reply: () => composer.reply(message),
      edit: () => composer.edit(message),
      revoke: () => act({ kind: "revoke", wamid: message.wamid }),
      repeat: () => act({ kind: "repeat", wamid: message.wamid, secondsLater: 60 }),
      echo: () => act({ kind: "echo", wamid: message.wamid }),
    }),
});

function act(action) {
  return attempt(() => api.act(action));
}

/** Does something with the sandbox, and says so when it cannot be done. */
async function attempt(work) {
  try {
    await work();
    $("problem").hidden = true;
  } catch (error) {
    $("problem").textContent = error.message;
    $("problem").hidden = false;
  }
}

function showChat({ number, isTyping, messages }) {
  document.title = number.verifiedName;
  $("business").textContent = number.verifiedName;
  $("avatar").textContent = number.verifiedName.slice(0, 1).toUpperCase();
  $("presence").textContent = isTyping ? "typing…" : `+${number.displayPhoneNumber}`;
  $("typing").hidden = !isTyping;
  $("problem").hidden = true;
  transcript.show(messages);
  const isUnread = ({ from, status }) =>
    from === "business" && !["read", "played", "failed"].includes(status);
  if (messages.some(isUnread)) readSoon();
}

/** What is on a visible screen gets read. */
function readSoon() {
  clearTimeout(readingTimer);
  if (!document.hidden) readingTimer = setTimeout(() => act({ kind: "read" }), READING_MS);
}

async function connect(chosen) {
  identity = chosen;
  keepIdentity(identity);
  stopListening();
  api = new ChatApi(identity.number, identity.customer);
  await api.introduce(identity.name);
  stopListening = api.listen(showChat, () => {
    $("problem").textContent = "The sandbox does not answer. Trying again…";
    $("problem").hidden = false;
  });
}

function openSettings(numbers) {
  const form = $("settings").querySelector("form");
  const current = readIdentity(numbers);
  $("numbers").replaceChildren(
    ...numbers.map(({ phoneNumberId, verifiedName, displayPhoneNumber }) =>
      element("option", { value: phoneNumberId }, `${verifiedName} (+${displayPhoneNumber})`),
    ),
  );
  for (const [name, value] of Object.entries(current)) form.elements[name].value = value;
  form.onsubmit = () => attempt(() => connect(Object.fromEntries(new FormData(form))));
  $("settings").showModal();
}

$("settings-button").onclick = () => attempt(async () => openSettings(await listNumbers()));
$("sheet-close").onclick = () => $("sheet").close();
for (const button of document.querySelectorAll("[data-close]"))
  button.onclick = () => button.closest("dialog").close();
$("place").querySelector("form").onsubmit = ({ target }) => {
  const { name, latitude, longitude } = Object.fromEntries(new FormData(target));
  act({
    kind: "location",
    name: name || undefined,
    latitude: Number(latitude),
    longitude: Number(longitude),
  });
};
$("attach-menu").ontoggle = () =>
  placeBeside($("attach-menu"), document.querySelector("[popovertarget=attach-menu]"));
$("attach-place").onclick = () => {
  $("attach-menu").hidePopover();
  $("place").showModal();
};
for (const [label, happen] of SITUATIONS) {
  const onclick = () => {
    $("attach-menu").hidePopover();
    attempt(async () => {
      const customer = await happen(api);
      if (typeof customer === "string") await connect({ ...identity, customer });
    });
  };
  $("attach-menu").append(element("button", { type: "button", onclick }, label));
}

const sendFile = (file, about) => attempt(() => api.sendFile(file, { ...composer.takeAlong(), ...about }));
offerFiles($("attach-menu"), $("file"), sendFile);
offerRecording($("record"), $("recording"), attempt, sendFile);
document.onvisibilitychange = readSoon;

attempt(async () => {
  const numbers = await listNumbers();
  if (numbers.length === 0) throw new Error("The sandbox has no business number yet.");
  await connect(readIdentity(numbers));
});
