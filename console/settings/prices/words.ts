import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Message prices",
    about:
      "What a message costs by your contract with the provider. Campaigns estimate their cost with it; nothing else depends on it.",
    add: "New price",
    edit: "Edit price",
    empty: "No prices yet",
    emptyText: "Without prices, campaigns show no estimate.",
    category: "Category",
    categories: {
      marketing: "Marketing",
      utility: "Utility",
      authentication: "Authentication",
      service: "Service (not a template)",
    },
    prefix: "Number begins with",
    prefixHint: "Digits without +, such as 49. The longest that fits counts. Empty: all numbers.",
    allNumbers: "All numbers",
    price: "Price of a message",
    currency: "Currency",
    question: "Delete this price?",
  },
  {
    title: "Mesaj fiyatları",
    about:
      "Sağlayıcıyla sözleşmenize göre bir mesajın bedeli. Kampanyalar maliyeti bununla tahmin eder; başka bir şey buna bağlı değildir.",
    add: "Yeni fiyat",
    edit: "Fiyatı düzenle",
    empty: "Henüz fiyat yok",
    emptyText: "Fiyat olmadan kampanyalar tahmin göstermez.",
    category: "Kategori",
    categories: {
      marketing: "Pazarlama",
      utility: "Hizmet bildirimi",
      authentication: "Kimlik doğrulama",
      service: "Servis (şablonsuz)",
    },
    prefix: "Numaranın başı",
    prefixHint: "+ olmadan rakamlar, örneğin 90. Uyan en uzun olan geçerlidir. Boş: tüm numaralar.",
    allNumbers: "Tüm numaralar",
    price: "Bir mesajın fiyatı",
    currency: "Para birimi",
    question: "Bu fiyat silinsin mi?",
  },
);
