import { Icon, type IconName } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { words } from "../words.ts";
import { FormAnswers, listOf } from "./cards.tsx";
import { FormattedText } from "./formatted_text.tsx";
import { hostOf, MediaFile } from "./media_file.tsx";

/** Buttons, lists, forms and products, with what the customer chose; or the customer's answer. */
export function Interactive({ message, chosen }: { message: Bubble; chosen: string | null }) {
  const texts = useWords(words);
  const { content } = message;
  const reply = content?.button_reply ?? content?.list_reply;
  if (reply)
    return (
      <div className="choice">
        <Icon name="check" />
        <span>
          <span className="visually-hidden">{texts.chose}: </span>
          <strong dir="auto">{reply.title}</strong>
          {reply.description && <small dir="auto">{reply.description}</small>}
        </span>
      </div>
    );
  if (content?.nfm_reply) return <FormAnswers reply={content.nfm_reply} />;
  if (content?.call_permission_reply)
    return (
      <p className="text">
        {content.call_permission_reply.response === "accept"
          ? texts.callPermission.accept
          : texts.callPermission.reject}
      </p>
    );
  return <Offer message={message} chosen={chosen} />;
}

function Offer({ message, chosen }: { message: Bubble; chosen: string | null }) {
  const { content } = message;
  const header = content?.header;
  return (
    <div className="offer">
      {header?.type === "text" ? (
        <p className="offer-header" dir="auto">
          {header.text}
        </p>
      ) : (
        (header || message.media) && <MediaFile message={message} />
      )}
      {content?.body?.text && <FormattedText text={content.body.text} />}
      {content?.footer?.text && (
        <p className="offer-footer" dir="auto">
          {content.footer.text}
        </p>
      )}
      <Choices content={content} chosen={chosen} />
    </div>
  );
}

function Choices({ content, chosen }: { content: Bubble["content"]; chosen: string | null }) {
  const texts = useWords(words);
  const action = content?.action ?? {};
  switch (content?.type) {
    case "button":
      return (
        <ul className="choices">
          {listOf(action.buttons).map(({ reply }) => (
            <Choice key={reply?.id} title={reply?.title} icon="reply" isChosen={reply?.id === chosen} />
          ))}
        </ul>
      );
    case "list":
      return (
        <details className="choices" open={chosen !== null}>
          <summary>
            <Icon name="channel" />
            {action.button ?? texts.options}
          </summary>
          {listOf(action.sections).map((section, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: sections of a message do not change
            <div key={at}>
              {section.title && <h4 dir="auto">{section.title}</h4>}
              <ul>
                {listOf(section.rows).map((row) => (
                  <Choice
                    key={row.id}
                    title={row.title}
                    about={row.description}
                    isChosen={row.id === chosen}
                  />
                ))}
              </ul>
            </div>
          ))}
        </details>
      );
    case "cta_url": {
      const { display_text: title, url } = action.parameters ?? {};
      const host = typeof url === "string" ? hostOf(url) : "";
      return (
        <ul className="choices">
          <li>
            <a href={host ? url : undefined} target="_blank" rel="noreferrer noopener" title={host}>
              <Icon name="link" />
              {title}
            </a>
          </li>
        </ul>
      );
    }
    case "flow":
      return <Only title={action.parameters?.flow_cta ?? texts.flowButton} icon="template" />;
    case "location_request_message":
      return <Only title={texts.locationRequest} icon="location" />;
    case "call_permission_request":
      return <Only title={texts.callRequest} icon="call" />;
    case "product":
    case "product_list":
    case "catalog_message":
      return <Only title={texts.products} icon="data" />;
    default:
      return null;
  }
}

function Only({ title, icon }: { title: string; icon: IconName }) {
  return (
    <ul className="choices">
      <Choice title={title} icon={icon} isChosen={false} />
    </ul>
  );
}

export function Choice({
  title,
  about,
  icon,
  isChosen,
}: {
  title: string;
  about?: string | undefined;
  icon?: IconName;
  isChosen: boolean;
}) {
  const texts = useWords(words);
  return (
    <li className={isChosen ? "chosen" : undefined} title={isChosen ? texts.chosen : undefined}>
      {(isChosen || icon) && <Icon name={isChosen ? "check" : icon!} />}
      <span>
        <span dir="auto">{title}</span>
        {about && <small dir="auto">{about}</small>}
        {isChosen && <span className="visually-hidden"> ({texts.chosen})</span>}
      </span>
    </li>
  );
}
