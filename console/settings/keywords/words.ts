import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Consent keywords",
    about:
      "A message or button that consists of one of these words opts the contact in or out. Case, accents and punctuation do not matter.",
    add: "New keyword",
    edit: "Edit keyword",
    empty: "No keywords yet",
    emptyText: "Add STOP and START, for example, before you send campaigns.",
    keyword: "Word or words",
    effect: "Effect",
    optsIn: "Opts in",
    optsOut: "Opts out",
    category: "For",
    categories: { all: "all messages", marketing: "marketing" },
    language: "Language",
    languageHint: "For a word with two meanings. Empty: all languages.",
    question: (keyword: string) => `Delete the keyword “${keyword}”?`,
  },
  {
    title: "Onay sözcükleri",
    about:
      "Bu sözcüklerden birinden oluşan mesaj ya da düğme, kişinin onayını verir ya da geri alır. Büyük harf, aksan ve noktalama önemli değildir.",
    add: "Yeni sözcük",
    edit: "Sözcüğü düzenle",
    empty: "Henüz sözcük yok",
    emptyText: "Kampanya göndermeden önce örneğin DUR ve BAŞLA ekleyin.",
    keyword: "Sözcük ya da sözcükler",
    effect: "Etkisi",
    optsIn: "Onay verir",
    optsOut: "Onayı geri alır",
    category: "Kapsam",
    categories: { all: "tüm mesajlar", marketing: "pazarlama" },
    language: "Dil",
    languageHint: "İki anlamlı sözcükler için. Boş: tüm diller.",
    question: (keyword) => `“${keyword}” sözcüğü silinsin mi?`,
  },
);
