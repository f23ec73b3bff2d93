import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Erasures",
    about:
      "Certificates of erased contacts, without personal data. A contact is erased from its panel in the inbox or its page.",
    empty: "No contact has been erased",
    erased: (when: string) => `Erased on ${when}`,
    by: (name: string) => `requested by ${name}`,
    byProgram: "requested by a program or the operator",
    counts: (c: { messages: string; conversations: string; files: string; runs: string; webhooks: string }) =>
      `Messages ${c.messages}, conversations ${c.conversations}, files ${c.files}, chatbot runs ${c.runs}, webhook bodies ${c.webhooks}`,
    completed: "Complete",
    underWay: "Under way",
    certificate: (id: string) => `Certificate ${id}`,
  },
  {
    title: "Silme belgeleri",
    about:
      "Kalıcı silinen kişilerin, kişisel veri içermeyen belgeleri. Kişi, gelen kutusundaki panelinden ya da sayfasından silinir.",
    empty: "Hiçbir kişi kalıcı silinmedi",
    erased: (when) => `Silindi: ${when}`,
    by: (name) => `isteyen: ${name}`,
    byProgram: "isteyen: bir program ya da işletmeci",
    counts: (c) =>
      `Mesaj ${c.messages}, görüşme ${c.conversations}, dosya ${c.files}, bot çalışması ${c.runs}, webhook gövdesi ${c.webhooks}`,
    completed: "Tamam",
    underWay: "Sürüyor",
    certificate: (id) => `Belge ${id}`,
  },
);
