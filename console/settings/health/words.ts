import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Health",
    about: "Whether this installation works. Looked up every ten seconds while the page is open.",
    statuses: { ready: "Works", degraded: "Works, with a warning", "not ready": "Does not work" },
    unreachable: "The server cannot be reached",
    ok: "Works",
    failed: "Failed",
    checks: {
      database: "Database",
      migrations: "Schema of the database",
      partitions: "Partitions of this month",
      worker: "Worker: sends, runs chatbots",
      outbox: "Messages go out",
      upkeep: "Periodic tasks",
      media: "Storage of files",
    },
    doctor: "Find out what is wrong",
    doctorAbout:
      "The operator runs this on the server. It examines database, channels and settings, and says for each finding what to do.",
    command: "Command",
  },
  {
    title: "Sistem durumu",
    about: "Bu kurulum çalışıyor mu. Sayfa açıkken on saniyede bir bakılır.",
    statuses: { ready: "Çalışıyor", degraded: "Çalışıyor, bir uyarı var", "not ready": "Çalışmıyor" },
    unreachable: "Sunucuya ulaşılamıyor",
    ok: "Çalışıyor",
    failed: "Başarısız",
    checks: {
      database: "Veritabanı",
      migrations: "Veritabanı şeması",
      partitions: "Bu ayın bölümleri",
      worker: "İşçi: gönderir, botları çalıştırır",
      outbox: "Mesajlar gidiyor",
      upkeep: "Dönemsel görevler",
      media: "Dosya deposu",
    },
    doctor: "Neyin yanlış olduğunu bulun",
    doctorAbout:
      "İşletmeci bunu sunucuda çalıştırır. Veritabanını, kanalları ve ayarları inceler, her bulgu için ne yapılacağını söyler.",
    command: "Komut",
  },
);
