import { catalogue } from "../../words/language.ts";

export const words = catalogue(
  {
    title: "Profile",
    about: "How colleagues see you, in all workspaces.",
    name: "Name",
    email: "E-mail address",
    emailHint: "The operator can change it.",
    role: "Role in this workspace",
    roles: { viewer: "Viewer", agent: "Agent", admin: "Admin", owner: "Owner" },
    availability: "Availability",
    availabilityAbout:
      "Teams that assign conversations in turn choose only members who are available. Others can still assign to you.",
    available: "Available",
    unavailable: "Not available",
    goAway: "Stop getting conversations",
    comeBack: "Get conversations again",
    save: "Save",
    saved: "Saved",
  },
  {
    title: "Profil",
    about: "İş arkadaşlarınız sizi tüm çalışma alanlarında böyle görür.",
    name: "Ad",
    email: "E-posta adresi",
    emailHint: "İşletmeci değiştirebilir.",
    role: "Bu çalışma alanındaki rolünüz",
    roles: { viewer: "İzleyici", agent: "Temsilci", admin: "Yönetici", owner: "Sahip" },
    availability: "Uygunluk",
    availabilityAbout:
      "Görüşmeleri sırayla dağıtan ekipler yalnızca uygun çalışanları seçer. Başkaları size yine de atayabilir.",
    available: "Uygun",
    unavailable: "Uygun değil",
    goAway: "Görüşme almayı durdur",
    comeBack: "Yeniden görüşme al",
    save: "Kaydet",
    saved: "Kaydedildi",
  },
);
