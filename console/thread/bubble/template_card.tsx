import { useMemo } from "react";
import { useQuery } from "urql";
import { graphql } from "../../graphql/graphql.ts";
import { Icon, type IconName } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import type { Bubble } from "../documents.ts";
import { useThread } from "../thread_context.ts";
import { words } from "../words.ts";
import { FormattedText } from "./formatted_text.tsx";
import { Choice } from "./interactive.tsx";
import { MediaFile } from "./media_file.tsx";
import { type RenderedTemplate, renderTemplate } from "./rendered_template.ts";

const TEMPLATE = graphql(`
  query ThreadTemplate($name: String!, $language: String!, $account: String) {
    templates(
      first: 1
      filter: { name: { equalTo: $name }, language: { equalTo: $language }, businessAccountId: { equalTo: $account } }
    ) {
      nodes { id name language components }
    }
  }
`);

/** A template message as the customer sees it. Its fixed texts and buttons are those of the template, its values the message's. */
export function TemplateCard({ message, chosen }: { message: Bubble; chosen: string | null }) {
  const { businessAccountId } = useThread();
  const { content } = message;
  const [{ data }] = useQuery({
    query: TEMPLATE,
    variables: {
      name: String(content?.name ?? ""),
      language: String(content?.language?.code ?? ""),
      account: businessAccountId,
    },
    pause: businessAccountId === null,
  });
  const components = data?.templates?.nodes[0]?.components;
  const rendered = useMemo(
    () => (components ? renderTemplate(components, content?.components) : null),
    [components, content],
  );
  if (!rendered || (rendered.body === "" && rendered.cards.length === 0))
    return <FormattedText text={message.currentPreview ?? String(content?.name ?? "")} />;
  const file = message.media && <MediaFile message={message} />;
  return <TemplateView rendered={rendered} file={file} chosen={chosen} />;
}

const BUTTON_ICONS: Readonly<Record<string, IconName>> = {
  quick_reply: "reply",
  url: "link",
  phone_number: "call",
  copy_code: "copy",
  otp: "copy",
  flow: "template",
};

/** A template, of a message or as a preview. `file` is drawn in its header. */
export function TemplateView({
  rendered,
  file,
  chosen = null,
}: {
  rendered: RenderedTemplate;
  file?: React.ReactNode;
  chosen?: string | null;
}) {
  const texts = useWords(words);
  const { header, body, footer, buttons, cards } = rendered;
  return (
    <div className="offer">
      {header?.kind === "text" && (
        <p className="offer-header" dir="auto">
          {header.text}
        </p>
      )}
      {header?.kind === "file" &&
        (file || (
          <div className="file-card missing">
            <Icon name={header.format === "document" ? "file" : header.format} />
            <span>{header.format === "image" ? texts.photo : texts[header.format]}</span>
          </div>
        ))}
      {header?.kind === "location" && (
        <div className="file-card missing">
          <Icon name="location" />
          <span dir="auto">{header.name || texts.location}</span>
        </div>
      )}
      {body && <FormattedText text={body} />}
      {footer && (
        <p className="offer-footer" dir="auto">
          {footer}
        </p>
      )}
      {buttons.length > 0 && (
        <ul className="choices">
          {buttons.map(({ kind, text, detail }) => (
            <Choice
              key={`${kind} ${text}`}
              title={text}
              about={detail}
              icon={BUTTON_ICONS[kind] ?? "forward"}
              isChosen={chosen !== null && text === chosen}
            />
          ))}
        </ul>
      )}
      {cards.length > 0 && (
        <ul className="cards">
          {cards.map((card, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cards have no names, and do not change
            <li key={at}>
              <TemplateView rendered={card} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
