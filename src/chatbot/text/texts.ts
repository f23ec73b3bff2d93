/** The languages the engine itself speaks. A chatbot's own texts are in the language of its author. */
export type Language = "en" | "tr";

/** The texts that the engine sends where the author has written none. */
export type Texts = {
  chooseButton: string;
  options: string;
  /** Title of a page of a long list. */
  page: (page: number, of: number) => string;
  previousPage: string;
  nextPage: string;
  /** Follows the prompt of a menu without options. */
  typeYourChoice: string;
  emptyList: string;
  item: (index: number) => string;
  /** Labels for the price and the stock of an object shown in a message. */
  price: (amount: string) => string;
  stock: (count: string) => string;
  invalid: { [answer in AnswerKind]: string };
  /** The reply to a number like `1.500`, which may mean fifteen hundred or one and a half. */
  ambiguousNumber: string;
  /** The reply to a tap on a menu of a run that has ended. */
  oldMenu: string;
  flowCta: string;
  flowBody: string;
  locationBody: string;
};

/** The kinds of answers that a question can ask for. */
export type AnswerKind =
  | "text"
  | "number"
  | "email"
  | "phone"
  | "date"
  | "time"
  | "url"
  | "choice"
  | "location"
  | "media"
  | "rating";

const TEXTS: { [language in Language]: Texts } = {
  en: {
    chooseButton: "Choose",
    options: "Options",
    page: (page, of) => `Page ${page}/${of}`,
    previousPage: "◀ Previous page",
    nextPage: "Next page ▶",
    typeYourChoice: "Please type your choice.",
    emptyList: "(empty list)",
    item: (index) => `Option ${index}`,
    price: (amount) => amount,
    stock: (count) => `Stock: ${count}`,
    invalid: {
      text: "Please answer with a text message.",
      number: "Please answer with a number.",
      email: "That is not an e-mail address. Please try again.",
      phone: "That is not a phone number. Please write it with its country code.",
      date: "That is not a date. Please write it like 2026-01-31.",
      time: "That is not a time. Please write it like 14:30.",
      url: "That is not a web address. Please try again.",
      choice: "Please choose one of the options.",
      location: "Please send a location.",
      media: "Please send a file.",
      rating: "Please answer with one of the numbers.",
    },
    oldMenu: "That choice is no longer available.",
    ambiguousNumber: "Please write that number without a separator: 1500, or 1.5.",
    flowCta: "Start",
    flowBody: "Please fill in the form.",
    locationBody: "Please send your location.",
  },
  tr: {
    chooseButton: "Seçin",
    options: "Seçenekler",
    page: (page, of) => `Sayfa ${page}/${of}`,
    previousPage: "◀ Önceki sayfa",
    nextPage: "Sonraki sayfa ▶",
    typeYourChoice: "Lütfen seçiminizi yazın.",
    emptyList: "(boş liste)",
    item: (index) => `Seçenek ${index}`,
    price: (amount) => `${amount} TL`,
    stock: (count) => `Stok: ${count}`,
    invalid: {
      text: "Lütfen bir metin mesajıyla yanıtlayın.",
      number: "Lütfen bir sayı yazın.",
      email: "Bu bir e-posta adresi değil. Lütfen tekrar deneyin.",
      phone: "Bu bir telefon numarası değil. Lütfen ülke koduyla yazın.",
      date: "Bu bir tarih değil. Lütfen 2026-01-31 gibi yazın.",
      time: "Bu bir saat değil. Lütfen 14:30 gibi yazın.",
      url: "Bu bir web adresi değil. Lütfen tekrar deneyin.",
      choice: "Lütfen seçeneklerden birini seçin.",
      location: "Lütfen bir konum gönderin.",
      media: "Lütfen bir dosya gönderin.",
      rating: "Lütfen sayılardan biriyle yanıtlayın.",
    },
    oldMenu: "Bu seçenek artık geçerli değil.",
    ambiguousNumber: "Lütfen bu sayıyı ayırıcı olmadan yazın: 1500 ya da 1,5.",
    flowCta: "Start",
    flowBody: "Lütfen formu doldurun.",
    locationBody: "Lütfen konumunuzu gönderin.",
  },
};

export function textsIn(language: Language): Texts {
  return TEXTS[language];
}

/** The language of a tag (`tr`, `tr-TR`, `en_GB`); null when the engine has no texts in it. */
export function languageOf(tag: unknown): Language | null {
  if (typeof tag !== "string") return null;
  const language = tag.toLowerCase().split(/[-_]/)[0] ?? "";
  return Object.hasOwn(TEXTS, language) ? (language as Language) : null;
}
