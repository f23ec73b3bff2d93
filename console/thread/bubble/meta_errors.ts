import type { Language } from "../../words/language.ts";

type Explained = { codes: readonly number[]; meaning: string; remedy: string };

/** Meta's errors with which messages fail, as people who answer customers need them. */
export const META_ERRORS: Record<Language, readonly Explained[]> = {
  en: [
    {
      codes: [131026],
      meaning: "WhatsApp cannot deliver to this number.",
      remedy: "Check the number. The customer may not use WhatsApp, or an old version of it.",
    },
    {
      codes: [131047, 470],
      meaning: "More than 24 hours have passed since the customer last wrote.",
      remedy: "Send a template.",
    },
    {
      codes: [131049],
      meaning: "Meta did not deliver it, so that the customer does not get too many marketing messages.",
      remedy: "Try again tomorrow at the earliest.",
    },
    {
      codes: [131050],
      meaning: "The customer has stopped marketing messages of this business.",
      remedy: "Do not send marketing messages to this customer.",
    },
    {
      codes: [131048],
      meaning: "Too many messages of this number were reported as spam.",
      remedy: "Wait, and look at the quality rating of the number.",
    },
    {
      codes: [131056],
      meaning: "Too many messages to this customer in a short time.",
      remedy: "Wait a minute, then send it again.",
    },
    {
      codes: [130429, 4, 80007],
      meaning: "Too many messages in a short time.",
      remedy: "Send it again later.",
    },
    {
      codes: [130472],
      meaning: "The customer's number is part of an experiment of Meta.",
      remedy: "It cannot be delivered. Use another way to reach the customer.",
    },
    {
      codes: [130497],
      meaning: "Messages to this country are restricted.",
      remedy: "Use another way to reach the customer.",
    },
    {
      codes: [131030],
      meaning: "The number is not on the list of this test account.",
      remedy: "Add it to the list at Meta.",
    },
    {
      codes: [131042, 131044, 134011],
      meaning: "Meta could not charge the account.",
      remedy: "An administrator has to check the payment method at Meta.",
    },
    {
      codes: [131031, 368],
      meaning: "Meta has locked the account.",
      remedy: "An administrator has to look into the account at Meta.",
    },
    {
      codes: [131051],
      meaning: "WhatsApp does not support this type of message.",
      remedy: "Send it in another form.",
    },
    {
      codes: [131052],
      meaning: "WhatsApp could not fetch the customer's file.",
      remedy: "Ask the customer to send it again.",
    },
    {
      codes: [131053],
      meaning: "WhatsApp could not accept the file.",
      remedy: "Check its format and size, then send it again.",
    },
    {
      codes: [132000, 132008, 132012, 132018],
      meaning: "The values do not fit the template.",
      remedy: "Check the values, then send it again.",
    },
    {
      codes: [132001],
      meaning: "The template does not exist in this language, or is not approved.",
      remedy: "Choose another template.",
    },
    {
      codes: [132005],
      meaning: "The text of the template is too long with these values.",
      remedy: "Use shorter values.",
    },
    { codes: [132007], meaning: "The content breaks Meta's rules.", remedy: "Choose another template." },
    {
      codes: [132015],
      meaning: "The template is paused, because customers disliked it.",
      remedy: "Choose another template.",
    },
    { codes: [132016], meaning: "The template is disabled.", remedy: "Choose another template." },
    {
      codes: [132068, 132069],
      meaning: "The form is blocked or throttled.",
      remedy: "Ask the customer in another way.",
    },
    {
      codes: [130403],
      meaning: "You have blocked this customer on WhatsApp.",
      remedy: "Unblock the customer first.",
    },
    {
      codes: [131008, 131009, 100, 33, 135000, 131021],
      meaning: "WhatsApp did not accept the content of the message.",
      remedy: "Change the message, then send it again.",
    },
    {
      codes: [131000, 131016, 1, 2, 133004],
      meaning: "WhatsApp had an error.",
      remedy: "It may have been sent: look for an answer before you send it again.",
    },
    {
      codes: [0, 190, 3, 10, 131005],
      meaning: "Meta refused the access of this channel.",
      remedy: "An administrator has to connect the channel again.",
    },
    {
      codes: [131037, 131045, 133000, 133010, 133015, 133016],
      meaning: "The number is not registered completely.",
      remedy: "An administrator has to check the number at Meta.",
    },
    {
      codes: [137000],
      meaning: "The customer's identity on WhatsApp has changed.",
      remedy: "Make sure that it is still the same person.",
    },
    {
      codes: [131062],
      meaning: "This message needs the customer's phone number.",
      remedy: "Add a phone number to the contact.",
    },
  ],
  tr: [
    {
      codes: [131026],
      meaning: "WhatsApp bu numaraya iletemiyor.",
      remedy: "Numarayı denetleyin. Müşteri WhatsApp kullanmıyor ya da eski bir sürüm kullanıyor olabilir.",
    },
    {
      codes: [131047, 470],
      meaning: "Müşterinin son mesajının üzerinden 24 saatten fazla geçti.",
      remedy: "Bir şablon gönderin.",
    },
    {
      codes: [131049],
      meaning: "Meta, müşteri çok fazla pazarlama mesajı almasın diye iletmedi.",
      remedy: "En erken yarın yeniden deneyin.",
    },
    {
      codes: [131050],
      meaning: "Müşteri bu işletmenin pazarlama mesajlarını durdurdu.",
      remedy: "Bu müşteriye pazarlama mesajı göndermeyin.",
    },
    {
      codes: [131048],
      meaning: "Bu numaranın çok fazla mesajı istenmeyen olarak bildirildi.",
      remedy: "Bekleyin ve numaranın kalite puanına bakın.",
    },
    {
      codes: [131056],
      meaning: "Bu müşteriye kısa sürede çok fazla mesaj gönderildi.",
      remedy: "Bir dakika bekleyip yeniden gönderin.",
    },
    {
      codes: [130429, 4, 80007],
      meaning: "Kısa sürede çok fazla mesaj gönderildi.",
      remedy: "Daha sonra yeniden gönderin.",
    },
    {
      codes: [130472],
      meaning: "Müşterinin numarası Meta'nın bir deneyinde.",
      remedy: "İletilemez. Müşteriye başka bir yoldan ulaşın.",
    },
    { codes: [130497], meaning: "Bu ülkeye mesajlar kısıtlı.", remedy: "Müşteriye başka bir yoldan ulaşın." },
    {
      codes: [131030],
      meaning: "Numara bu deneme hesabının listesinde değil.",
      remedy: "Meta'da listeye ekleyin.",
    },
    {
      codes: [131042, 131044, 134011],
      meaning: "Meta hesaptan ödeme alamadı.",
      remedy: "Bir yönetici Meta'daki ödeme yöntemini denetlemeli.",
    },
    {
      codes: [131031, 368],
      meaning: "Meta hesabı kilitledi.",
      remedy: "Bir yönetici Meta'daki hesaba bakmalı.",
    },
    {
      codes: [131051],
      meaning: "WhatsApp bu mesaj türünü desteklemiyor.",
      remedy: "Başka bir biçimde gönderin.",
    },
    {
      codes: [131052],
      meaning: "WhatsApp müşterinin dosyasını alamadı.",
      remedy: "Müşteriden yeniden göndermesini isteyin.",
    },
    {
      codes: [131053],
      meaning: "WhatsApp dosyayı kabul edemedi.",
      remedy: "Biçimini ve boyutunu denetleyip yeniden gönderin.",
    },
    {
      codes: [132000, 132008, 132012, 132018],
      meaning: "Değerler şablona uymuyor.",
      remedy: "Değerleri denetleyip yeniden gönderin.",
    },
    {
      codes: [132001],
      meaning: "Şablon bu dilde yok ya da onaylanmamış.",
      remedy: "Başka bir şablon seçin.",
    },
    {
      codes: [132005],
      meaning: "Bu değerlerle şablonun metni çok uzun.",
      remedy: "Daha kısa değerler kullanın.",
    },
    { codes: [132007], meaning: "İçerik Meta'nın kurallarına aykırı.", remedy: "Başka bir şablon seçin." },
    {
      codes: [132015],
      meaning: "Müşteriler beğenmediği için şablon duraklatıldı.",
      remedy: "Başka bir şablon seçin.",
    },
    { codes: [132016], meaning: "Şablon devre dışı.", remedy: "Başka bir şablon seçin." },
    {
      codes: [132068, 132069],
      meaning: "Form engellendi ya da yavaşlatıldı.",
      remedy: "Müşteriye başka bir yoldan sorun.",
    },
    {
      codes: [130403],
      meaning: "Bu müşteriyi WhatsApp'ta engellediniz.",
      remedy: "Önce müşterinin engelini kaldırın.",
    },
    {
      codes: [131008, 131009, 100, 33, 135000, 131021],
      meaning: "WhatsApp mesajın içeriğini kabul etmedi.",
      remedy: "Mesajı değiştirip yeniden gönderin.",
    },
    {
      codes: [131000, 131016, 1, 2, 133004],
      meaning: "WhatsApp'ta bir hata oluştu.",
      remedy: "Gönderilmiş olabilir: yeniden göndermeden önce yanıt var mı bakın.",
    },
    {
      codes: [0, 190, 3, 10, 131005],
      meaning: "Meta bu kanalın erişimini reddetti.",
      remedy: "Bir yönetici kanalı yeniden bağlamalı.",
    },
    {
      codes: [131037, 131045, 133000, 133010, 133015, 133016],
      meaning: "Numaranın kaydı eksik.",
      remedy: "Bir yönetici numarayı Meta'da denetlemeli.",
    },
    {
      codes: [137000],
      meaning: "Müşterinin WhatsApp kimliği değişti.",
      remedy: "Hâlâ aynı kişi olduğundan emin olun.",
    },
    {
      codes: [131062],
      meaning: "Bu mesaj için müşterinin telefon numarası gerekir.",
      remedy: "Kişiye bir telefon numarası ekleyin.",
    },
  ],
};
