import { useState } from "react";
import { useQuery } from "urql";
import type { ResultOf } from "../graphql/graphql.ts";
import { Button } from "../ui/button.tsx";
import { Icon, type IconName } from "../ui/icon.tsx";
import { Section } from "../ui/section.tsx";
import { useLanguage, useWords } from "../words/language.ts";
import { shortTime } from "../words/time.ts";
import { FILES } from "./documents.ts";
import { words } from "./words.ts";

const ICONS: Readonly<Record<string, IconName>> = {
  video: "video",
  audio: "microphone",
  document: "file",
  sticker: "emoji",
  image: "image",
};

/** The files of a conversation, newest first. Asked for when the section is opened, because their addresses expire. */
export function Files({ conversationId }: { conversationId: string | null }) {
  const texts = useWords(words);
  const [isOpen, setOpen] = useState(false);
  if (conversationId === null) return null;
  return (
    <Section title={texts.files} isOpen={false} onToggle={setOpen}>
      {isOpen && <Pages conversationId={conversationId} />}
    </Section>
  );
}

function Pages({ conversationId }: { conversationId: string }) {
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null]);
  return (
    <div className="files">
      {cursors.map((cursor, index) => (
        <Page
          key={cursor ?? "first"}
          conversationId={conversationId}
          after={cursor}
          onMore={index === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : undefined}
        />
      ))}
    </div>
  );
}

function Page({
  conversationId,
  after,
  onMore,
}: {
  conversationId: string;
  after: string | null;
  onMore: ((cursor: string) => void) | undefined;
}) {
  const texts = useWords(words);
  const [{ data }] = useQuery({
    query: FILES,
    variables: { conversationId, after },
    requestPolicy: "network-only",
  });
  if (!data?.conversation) return null;
  const { nodes, pageInfo } = data.conversation.messages;
  const withFiles = nodes.filter(({ media }) => media !== null);
  if (withFiles.length === 0 && after === null) return <p className="soft">{texts.noFiles}</p>;
  return (
    <>
      {withFiles.map((message) => (
        <File key={message.id} {...message} />
      ))}
      {pageInfo.hasNextPage && pageInfo.endCursor && onMore && (
        <Button className="small" onClick={() => onMore(pageInfo.endCursor!)}>
          {texts.more}
        </Button>
      )}
    </>
  );
}

type FileProps = NonNullable<ResultOf<typeof FILES>["conversation"]>["messages"]["nodes"][number];

function File({ type, occurredAt, media }: FileProps) {
  const texts = useWords(words);
  const language = useLanguage();
  const name = media?.filename ?? shortTime(occurredAt, language);
  const label = `${media?.filename ?? type}, ${shortTime(occurredAt, language)}`;
  const picture = (
    <>
      <Icon name={ICONS[type] ?? "file"} />
      <span>{name}</span>
    </>
  );
  if (!media?.url)
    return (
      <span className="gone" title={`${label}, ${texts.fileGone}`}>
        {picture}
      </span>
    );
  const address = ownAddress(media.url);
  return (
    <a href={address} target="_blank" rel="noreferrer" title={label}>
      {media.mimeType?.startsWith("image/") ? <img src={address} alt={label} loading="lazy" /> : picture}
    </a>
  );
}

/** A file's address on this origin: the API's public address may be another one. */
function ownAddress(url: string): string {
  const { pathname, search } = new URL(url, location.origin);
  return `${pathname}${search}`;
}
