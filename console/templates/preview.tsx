import "./preview.css";
import { useQuery } from "urql";
import { graphql } from "../graphql/graphql.ts";
import { Icon, type IconName } from "../ui/icon.tsx";
import { useWords } from "../words/language.ts";
import {
  buttonsOf,
  type Component,
  cardsOf,
  examplesOf,
  filled,
  findComponent,
  type TemplateButton,
} from "./components.ts";
import { FormattedText } from "./formatted_text.tsx";
import { words } from "./words.ts";

/** What the variables show; by default their examples. */
export type Values = { header?: Record<string, string>; body?: Record<string, string> };

/** A template as the customer's phone shows it. */
export function TemplatePreview({
  components,
  values,
}: {
  components: readonly Component[];
  values?: Values | undefined;
}) {
  const texts = useWords(words);
  const cards = cardsOf(components);
  return (
    <figure className="phone" aria-label={texts.preview}>
      <Bubble components={components} values={values} />
      {cards.length > 0 && (
        // Focusable, so that it can be scrolled with the keyboard.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        <section className="cards" aria-label={texts.carousel} tabIndex={0}>
          {cards.map((card, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cards have no other name
            <Bubble key={i} components={card} />
          ))}
        </section>
      )}
    </figure>
  );
}

function Bubble({ components, values }: { components: readonly Component[]; values?: Values | undefined }) {
  const texts = useWords(words);
  const header = findComponent(components, "HEADER");
  const body = findComponent(components, "BODY");
  const footer = findComponent(components, "FOOTER");
  const buttons = buttonsOf(components);
  const text =
    body?.text ?? (body && "text" in body === false && isAuthentication(buttons) ? texts.authentication : "");
  return (
    <div className="bubble">
      {header && <Header component={header} values={values?.header} />}
      <p className="text" dir="auto">
        <FormattedText text={filled(text, values?.body ?? (body ? examplesOf(body) : {}))} />
      </p>
      {footer?.text && (
        <p className="footer" dir="auto">
          {footer.text}
        </p>
      )}
      {buttons.length > 0 && (
        <ul className="buttons">
          {buttons.map((button, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: buttons have no other name
            <li key={i}>
              <Icon name={iconOf(button)} />
              {button.text || labelOf(button, texts)}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function isAuthentication(buttons: readonly TemplateButton[]): boolean {
  return buttons.some(({ type }) => type.toUpperCase() === "OTP");
}

const ICONS: Readonly<Record<string, IconName>> = {
  QUICK_REPLY: "reply",
  URL: "link",
  PHONE_NUMBER: "call",
  VOICE_CALL: "call",
  COPY_CODE: "copy",
  OTP: "copy",
  FLOW: "note",
};

function iconOf({ type }: TemplateButton): IconName {
  return ICONS[type.toUpperCase()] ?? "forward";
}

function labelOf({ type }: TemplateButton, texts: typeof words.en): string {
  return texts.buttonType[type.toUpperCase() as keyof typeof texts.buttonType] ?? "";
}

function Header({ component, values }: { component: Component; values: Record<string, string> | undefined }) {
  const texts = useWords(words);
  const format = component.format?.toUpperCase();
  if (format === "TEXT")
    return (
      <p className="title" dir="auto">
        {filled(component.text ?? "", values ?? examplesOf(component))}
      </p>
    );
  const mediaId = component.example?.media_id;
  if (format === "IMAGE" || format === "VIDEO" || format === "GIF")
    return typeof mediaId === "string" ? (
      <UploadedFile id={mediaId} />
    ) : (
      <div className="file">
        <Icon name={format === "IMAGE" ? "image" : "video"} />
      </div>
    );
  return (
    <div className="file small">
      <Icon name={format === "LOCATION" ? "location" : "file"} />
      {format === "LOCATION" ? texts.mapName : texts.documentName}
    </div>
  );
}

const UPLOADED = graphql(`query UploadedFile($id: UUID!) { media(id: $id) { id type url } }`);

function UploadedFile({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: UPLOADED, variables: { id } });
  const { url, type } = data?.media ?? {};
  if (!url) return <div className="file" />;
  // The console is served by the same origin, whatever the public address is.
  const { pathname, search } = new URL(url, location.origin);
  const source = `${pathname}${search}`;
  return type === "video" ? (
    // biome-ignore lint/a11y/useMediaCaption: a sample of a file that somebody uploaded
    <video className="picture" src={source} controls />
  ) : (
    <img className="picture" src={source} alt="" />
  );
}
