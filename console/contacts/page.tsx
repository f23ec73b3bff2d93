import "./contacts.css";
import { useMemo, useState, useSyncExternalStore } from "react";
import { useQuery } from "urql";
import { ContactForm } from "../contact/contact_form.tsx";
import { FIELDS } from "../contact/documents.ts";
import { ContactPanel } from "../contact/panel.tsx";
import { useConnection } from "../graphql/use_connection.ts";
import { go, watchLocation } from "../routing/location.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { localeOf, useLanguage, useWords } from "../words/language.ts";
import { type Choice, filterOf, readChoice, writeChoice } from "./choice.ts";
import { exportContacts } from "./export_contacts.ts";
import { Filters } from "./filters.tsx";
import { ImportDialog } from "./import_dialog.tsx";
import { ContactTable } from "./table.tsx";
import { useContacts } from "./use_contacts.ts";
import { words } from "./words.ts";

/** All contacts: found, filtered, added, imported; the one that is open beside them. */
export default function ContactsPage({ path }: { path: string }) {
  const texts = useWords(words);
  const language = useLanguage();
  const connection = useConnection();
  const mayChange = useMay("agent");
  const search = useSyncExternalStore(watchLocation, () => location.search);
  const choice = useMemo(() => readChoice(search), [search]);
  const filter = useMemo(() => filterOf(choice), [choice]);
  const contacts = useContacts(filter);
  const [{ data }] = useQuery({ query: FIELDS });
  const [opened, setOpened] = useState<"new" | "import" | null>(null);
  const contactId = path || null;
  const show = (id: string | null, changes: Partial<Choice> = {}, isReplaced = false) =>
    go(`contacts${id ? `/${id}` : ""}${writeChoice({ ...choice, ...changes })}`, { isReplaced });
  const download = () =>
    exportContacts(connection, filter).then(() => showToast(texts.exported), showProblem);
  return (
    <div className="contacts" data-open={contactId ?? undefined}>
      <div className="page">
        <header>
          <div>
            <h1>{texts.title}</h1>
            <p className="soft" role="status">
              {contacts.count !== null && texts.count(contacts.count.toLocaleString(localeOf(language)))}
            </p>
          </div>
          {mayChange && (
            <div className="row">
              <Button icon="download" onClick={() => void download()}>
                {texts.exportList}
              </Button>
              <Button icon="upload" onClick={() => setOpened("import")}>
                {texts.import}
              </Button>
              <Button icon="plus" look="primary" onClick={() => setOpened("new")}>
                {texts.newContact}
              </Button>
            </div>
          )}
        </header>
        <Filters choice={choice} onChange={(changes) => show(contactId, changes, true)} />
        <ContactTable
          contacts={contacts}
          openId={contactId}
          isFiltered={filter !== null}
          pathOf={(id) => `contacts/${id}${writeChoice(choice)}`}
        />
      </div>
      {contactId && (
        <div className="contact-pane">
          <ContactPanel
            key={contactId}
            contactId={contactId}
            onClose={() => {
              show(null);
              document.querySelector<HTMLElement>(`[href^="/console/contacts/${contactId}"]`)?.focus();
            }}
          />
        </div>
      )}
      {opened === "new" && (
        <ContactForm
          contact={null}
          fields={data?.contactFields?.nodes ?? []}
          title={texts.newContact}
          onClose={() => setOpened(null)}
          onSaved={(id) => {
            setOpened(null);
            contacts.reload();
            show(id);
          }}
        />
      )}
      {opened === "import" && (
        <ImportDialog
          onClose={() => {
            setOpened(null);
            contacts.reload();
          }}
        />
      )}
    </div>
  );
}
