import { catalogue } from "../../words/language.ts";

export const settingsWords = catalogue(
  {
    description: "Description",
    descriptionHint: "A note for those who work on this chatbot.",
    timeZoneHint: "For dates and business hours.",
    commas: "Separated by commas",
    hints: {
      skipWords: "Leave a question. Without any: skip, cancel, iptal, atla, vazgeç.",
      stopKeywords: "End the run.",
      restartKeywords: "Start again from the beginning.",
    },
    options: {
      en: "English",
      tr: "Turkish",
      resume: "Ask again",
      end: "End the run",
      tell: "Say that the menu is old",
      restart: "Start a new run",
      ignore: "Do nothing",
    },
    guards: "Guards",
    guardsHint:
      "A run that exceeds one of these ends, so that two programs do not talk to each other for ever.",
  },
  {
    description: "Açıklama",
    descriptionHint: "Bu bot üzerinde çalışanlar için bir not.",
    timeZoneHint: "Tarihler ve çalışma saatleri için.",
    commas: "Virgülle ayrılmış",
    hints: {
      skipWords: "Soruyu atlatır. Boşsa: skip, cancel, iptal, atla, vazgeç.",
      stopKeywords: "Çalışmayı bitirir.",
      restartKeywords: "Baştan başlatır.",
    },
    options: {
      en: "İngilizce",
      tr: "Türkçe",
      resume: "Yeniden sor",
      end: "Çalışmayı bitir",
      tell: "Menünün eski olduğunu söyle",
      restart: "Yeni çalışma başlat",
      ignore: "Bir şey yapma",
    },
    guards: "Sınırlar",
    guardsHint: "Bunlardan birini aşan çalışma biter; iki program birbiriyle sonsuza dek konuşmasın diye.",
  },
);
