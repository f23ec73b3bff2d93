import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { words } from "../words.ts";
import { ContactCards, LocationCard, OrderCard } from "./cards.tsx";
import { FormattedText } from "./formatted_text.tsx";
import { Interactive } from "./interactive.tsx";
import { MediaFile } from "./media_file.tsx";
import { TemplateCard } from "./template_card.tsx";

/** What is in a bubble, by the type of its message. */
export function Content({ message, chosen }: { message: Bubble; chosen: string | null }) {
  const texts = useWords(words);
  const { type, revokedAt, media } = message;
  const content = message.currentContent ?? message.content;
  if (revokedAt !== null)
    return <p className="gone">{type === "note" ? texts.deletedNote : texts.deleted}</p>;
  switch (type) {
    case "text":
      return <FormattedText text={String(content?.body ?? "")} />;
    case "image":
    case "video":
    case "audio":
    case "document":
    case "sticker":
      return (
        <>
          <MediaFile message={message} />
          {content?.caption && <FormattedText text={String(content.caption)} />}
        </>
      );
    case "note":
      return (
        <>
          {media && <MediaFile message={message} />}
          {content?.body && <FormattedText text={String(content.body)} />}
        </>
      );
    case "location":
      return <LocationCard content={content} />;
    case "contacts":
      return <ContactCards content={content} />;
    case "order":
      return <OrderCard content={content} />;
    case "interactive":
      return <Interactive message={message} chosen={chosen} />;
    case "template":
      return <TemplateCard message={message} chosen={chosen} />;
    case "button":
      return (
        <div className="choice">
          <Icon name="check" />
          <strong dir="auto">{content?.text ?? content?.payload}</strong>
        </div>
      );
    case "request_welcome":
      return <p className="gone">{texts.openedChat}</p>;
    case "media_placeholder":
      return <p className="gone">{texts.placeholder}</p>;
    case "unsupported":
      return <p className="gone">{texts.unsupported}</p>;
    default:
      return <p className="gone">{texts.unknown(String(content?.type ?? type))}</p>;
  }
}
