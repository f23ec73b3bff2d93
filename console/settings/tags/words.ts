import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Tags",
    about: "Labels for contacts. Filters, audiences and chatbots use them.",
    add: "New tag",
    edit: "Edit tag",
    empty: "No tags yet",
    emptyText: "Agents add tags to contacts, for example “VIP” or “Order open”.",
    name: "Name",
    color: "Colour",
    question: (name: string) => `Delete the tag “${name}”?`,
    consequence: (contacts: number) =>
      contacts === 1 ? "One contact loses it." : `${contacts} contacts lose it.`,
    contacts: (contacts: number) => (contacts === 1 ? "1 contact" : `${contacts} contacts`),
  },
  {
    title: "Etiketler",
    about: "Kişiler için etiketler. Filtreler, hedef kitleler ve botlar bunları kullanır.",
    add: "Yeni etiket",
    edit: "Etiketi düzenle",
    empty: "Henüz etiket yok",
    emptyText: "Temsilciler kişilere etiket ekler, örneğin “VIP” ya da “Sipariş açık”.",
    name: "Ad",
    color: "Renk",
    question: (name) => `“${name}” etiketi silinsin mi?`,
    consequence: (contacts) => `${contacts} kişi bu etiketi kaybeder.`,
    contacts: (contacts) => `${contacts} kişi`,
  },
);
