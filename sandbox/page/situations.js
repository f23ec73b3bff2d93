const AD = {
  source_url: "https://fb.me/3cr4Wqqkv",
  source_id: "120226305854810726",
  source_type: "ad",
  headline: "Summer sale",
  body: "Everything is half the price",
  media_type: "image",
  image_url: "https://elsewhere.example/sale.jpg",
  ctwa_clid: "Aff-n8ZTODiE79d22KtAwQKj9e_mIEOOj27vDVwFjN80dp4",
};

/**
 * What happens to a business besides messages, as entries of the menu. Each gets the chat's API; one that returns an
 * address has made it the customer's.
 */
export const SITUATIONS = [
  [
    "Write after a tap on an ad",
    (api) => api.act({ kind: "say", body: "Hello! Is this still available?", referral: AD }),
  ],
  ["Three messages in one second", (api) => api.act({ kind: "burst", bodies: ["One", "Two", "Three"] })],
  [
    "Imported history: placeholder, then media",
    async (api) => {
      const { wamid } = await api.act({ kind: "import", what: "placeholder" });
      await api.act({ kind: "import", what: "media", wamid, caption: "An old photo" });
    },
  ],
  [
    "Change my phone number",
    async (api) => {
      const phone = inventNumber();
      await api.act({ kind: "changeAddress", phone });
      return phone;
    },
  ],
  ["Report that change again", (api) => api.act({ kind: "repeatFact", fact: "address" })],
  ["Stop marketing messages", (api) => api.act({ kind: "preferMarketing", allows: false })],
  ["Resume marketing messages", (api) => api.act({ kind: "preferMarketing", allows: true })],
];

/** A number of the range that is kept for fiction: +1 202 555 01xx. */
export function inventNumber() {
  return `120255501${Math.floor(10 + Math.random() * 90)}`;
}
