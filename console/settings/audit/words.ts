import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Audit log",
    about:
      "Who changed what: users and rights, channels, chatbots, data sources, keys, erasures; and who exported what.",
    from: "From",
    to: "To",
    empty: "Nothing in this time",
    actors: { member: "A user", api_key: "A program", operator: "The operator", program: "Parley" },
    operations: { INSERT: "added", UPDATE: "changed", DELETE: "deleted", EXPORT: "exported" },
    entry: (who: string, operation: string, table: string) => `${who} ${operation} ${table}`,
    columns: (names: string) => `Columns: ${names}`,
    details: "Details",
    id: "Row",
    role: "Database role",
    before: "Before",
    after: "After",
    notCopied: "not copied",
    close: "Close",
    column: "Column",
  },
  {
    title: "Denetim kaydı",
    about:
      "Kim neyi değiştirdi: kullanıcılar ve haklar, kanallar, botlar, veri kaynakları, anahtarlar, kalıcı silmeler; kim neyi dışa aktardı.",
    from: "Başlangıç",
    to: "Bitiş",
    empty: "Bu sürede bir şey yok",
    actors: { member: "Bir kullanıcı", api_key: "Bir program", operator: "İşletmeci", program: "Parley" },
    operations: { INSERT: "ekledi", UPDATE: "değiştirdi", DELETE: "sildi", EXPORT: "dışa aktardı" },
    entry: (who, operation, table) => `${who}, ${table}: ${operation}`,
    columns: (names) => `Sütunlar: ${names}`,
    details: "Ayrıntılar",
    id: "Satır",
    role: "Veritabanı rolü",
    before: "Önce",
    after: "Sonra",
    notCopied: "kopyalanmadı",
    close: "Kapat",
    column: "Sütun",
  },
);
