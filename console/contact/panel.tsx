import "./contact.css";
import { type ReactNode, useCallback } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useLiveRows } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { IconButton } from "../ui/button.tsx";
import { Failed, Loading } from "../ui/states.tsx";
import { useWords } from "../words/language.ts";
import { Campaigns } from "./campaigns.tsx";
import { Consents } from "./consents.tsx";
import { Conversations, StartConversation } from "./conversations.tsx";
import { Details } from "./details.tsx";
import { CONTACT_BY_ID, CONTACT_OF_CONVERSATION, type Contact } from "./documents.ts";
import { Files } from "./files.tsx";
import { Groups } from "./groups.tsx";
import { Head } from "./head.tsx";
import { Identities } from "./identities.tsx";
import { Manage } from "./manage.tsx";
import { Notes } from "./notes.tsx";
import { Run } from "./run.tsx";
import { Tags } from "./tags.tsx";
import { words } from "./words.ts";

/** Asks for the contact again, after something of it was changed that the answer does not have. */
export type Reload = () => void;

/** The contact of a conversation, and the chatbot's run in it. */
export function ConversationContact({
  conversationId,
  onClose,
}: {
  conversationId: string;
  onClose: () => void;
}) {
  const [{ data, error }, ask] = useQuery({
    query: CONTACT_OF_CONVERSATION,
    variables: { id: conversationId },
    requestPolicy: "cache-and-network",
  });
  const reload = useCallback(() => ask({ requestPolicy: "network-only" }), [ask]);
  const { contact, conversationContexts } = data?.conversation ?? {};
  useLiveRows("contact", ({ id }) => id === contact?.id && reload());
  useLiveRows("conversation", ({ id }) => id === conversationId && reload());
  return (
    <Panel contact={contact} isMissing={data?.conversation === null} error={error} onClose={onClose}>
      {contact && (
        <Sections contact={contact} conversationId={conversationId} reload={reload}>
          <Run conversationId={conversationId} run={conversationContexts?.nodes[0] ?? null} reload={reload} />
        </Sections>
      )}
    </Panel>
  );
}

/** A contact by itself. */
export function ContactPanel({ contactId, onClose }: { contactId: string; onClose: () => void }) {
  const [{ data, error }, ask] = useQuery({
    query: CONTACT_BY_ID,
    variables: { id: contactId },
    requestPolicy: "cache-and-network",
  });
  const reload = useCallback(() => ask({ requestPolicy: "network-only" }), [ask]);
  useLiveRows("contact", ({ id }) => id === contactId && reload());
  const contact = data?.contact;
  return (
    <Panel contact={contact} isMissing={contact === null} error={error} onClose={onClose}>
      {contact && <Sections contact={contact} conversationId={null} reload={reload} />}
    </Panel>
  );
}

function Panel({
  contact,
  isMissing,
  error,
  onClose,
  children,
}: {
  contact: Contact | null | undefined;
  isMissing: boolean;
  error: unknown;
  onClose: () => void;
  children: ReactNode;
}) {
  const texts = useWords(words);
  return (
    <aside className="contact-panel" aria-label={texts.title}>
      <header className="row spread">
        <h2>{texts.title}</h2>
        <IconButton label={texts.close} icon="close" onClick={onClose} />
      </header>
      {!contact &&
        (error ? (
          <Failed message={`${problemOf(error).message} (${problemOf(error).code})`} />
        ) : isMissing ? (
          <Failed message={texts.gone} />
        ) : (
          <Loading label={texts.loading} />
        ))}
      {children}
    </aside>
  );
}

function Sections({
  contact,
  conversationId,
  reload,
  children,
}: {
  contact: Contact;
  conversationId: string | null;
  reload: Reload;
  children?: ReactNode;
}) {
  const mayWrite = useMay("agent");
  const others = contact.conversations.nodes.filter(({ id }) => id !== conversationId);
  return (
    <>
      <Head contact={contact} />
      {children}
      <Details contact={contact} reload={reload} />
      <Tags contact={contact} reload={reload} />
      <Groups contact={contact} reload={reload} />
      <Notes key={contact.id} contact={contact} />
      <Consents contact={contact} reload={reload} />
      {others.length > 0 && <Conversations conversations={others} isOther={conversationId !== null} />}
      {others.length === 0 && conversationId === null && mayWrite && (
        <StartConversation contactId={contact.id} />
      )}
      <Campaigns contactId={contact.id} />
      <Files key={contact.id} conversationId={conversationId ?? others[0]?.id ?? null} />
      <Identities contact={contact} />
      <Manage contact={contact} reload={reload} />
    </>
  );
}
