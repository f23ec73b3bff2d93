import { useState } from "react";
import { useConnection } from "../graphql/use_connection.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { Section } from "../ui/section.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { BlockDialog } from "./block_dialog.tsx";
import { type Contact, UNBLOCK } from "./documents.ts";
import { EraseDialog } from "./erase_dialog.tsx";
import { exportContact } from "./export_contact.ts";
import { MergeDialog } from "./merge_dialog.tsx";
import type { Reload } from "./panel.tsx";
import { words } from "./words.ts";

/** What is done rarely: blocking, merging, exporting, erasing. */
export function Manage({ contact, reload }: { contact: Contact; reload: Reload }) {
  const texts = useWords(words);
  const connection = useConnection();
  const mayChange = useMay("agent");
  const isAdmin = useMay("admin");
  const [opened, setOpened] = useState<"block" | "merge" | "erase" | null>(null);
  const close = () => setOpened(null);
  const unblock = () =>
    connection.mutate(UNBLOCK, { contactId: contact.id }).then(reload, showProblem) as Promise<void>;
  const download = async () => {
    try {
      await exportContact(connection, contact.id);
      showToast(texts.exportDone);
    } catch (error) {
      showProblem(error);
    }
  };
  if (!mayChange) return null;
  const isBlocked = contact.status === "blocked";
  return (
    <>
      <Section title={texts.manage} isOpen={false}>
        {contact.contactBlocks.nodes
          .filter((block) => block.isBlocked)
          .map(({ nodeId, state, error, channel }) => (
            <p key={nodeId} className="soft">
              {channel.name}: {texts.blockStates[state]}
              {error && ` (${error})`}
            </p>
          ))}
        <div className="manage">
          {isBlocked ? (
            <Button icon="undo" onClick={() => void unblock()}>
              {texts.unblock}
            </Button>
          ) : (
            <Button icon="shield" onClick={() => setOpened("block")}>
              {texts.block}
            </Button>
          )}
          <Button icon="download" onClick={() => void download()}>
            {texts.export}
          </Button>
          {isAdmin && (
            <>
              <Button icon="branch" onClick={() => setOpened("merge")}>
                {texts.merge}
              </Button>
              <Button look="danger" icon="trash" onClick={() => setOpened("erase")}>
                {texts.erase}
              </Button>
            </>
          )}
        </div>
      </Section>
      {opened === "block" && <BlockDialog contact={contact} onClose={close} onDone={reload} />}
      {opened === "merge" && <MergeDialog contact={contact} onClose={close} onDone={reload} />}
      {opened === "erase" && <EraseDialog contact={contact} onClose={close} />}
    </>
  );
}
