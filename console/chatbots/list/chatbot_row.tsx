import { useState } from "react";
import { useConnection } from "../../graphql/use_connection.ts";
import { Link } from "../../routing/link.tsx";
import { go } from "../../routing/location.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Menu, type MenuItem } from "../../ui/menu.tsx";
import { saveFile } from "../../ui/save_file.ts";
import { showProblem, showToast } from "../../ui/toasts.tsx";
import { type Language, useWords } from "../../words/language.ts";
import { ActivationForm } from "../versions/activation_dialog.tsx";
import { DEACTIVATE } from "../versions/documents.ts";
import { listWords } from "../words/list_words.ts";
import { DELETE, EXPORT, type ListedChatbot } from "./documents.ts";

type Props = {
  chatbot: ListedChatbot;
  figures: { runs: number; containment: number } | undefined;
  language: Language;
  onChanged: () => void;
};

export function ChatbotRow({ chatbot, figures, language, onChanged }: Props) {
  const texts = useWords(listWords);
  const mayEdit = useMay("admin");
  const connection = useConnection();
  const [asked, setAsked] = useState<"activate" | "delete" | null>(null);
  const { id, name, description, status, versions, updatedAt } = chatbot;
  // A chatbot that was deactivated keeps the version that was active.
  const activeVersion = status === "active" ? chatbot.activeVersion : null;
  const [newest] = versions.nodes;
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });

  const download = async () => {
    const { exportChatbot } = await connection.mutate(EXPORT, { id });
    const text = `${JSON.stringify(exportChatbot!.file, null, 2)}\n`;
    saveFile(new Blob([text], { type: "application/json" }), `${name}.json`);
  };
  const deactivate = async () => {
    await connection.mutate(DEACTIVATE, { id });
    showToast(texts.deactivated(name));
  };
  const items: MenuItem[] = [
    { label: texts.open, icon: "edit", onSelect: () => go(`chatbots/${id}`) },
    { label: texts.export, icon: "download", onSelect: () => void download().catch(showProblem) },
    ...(activeVersion
      ? [
          {
            label: texts.deactivate,
            icon: "pause" as const,
            onSelect: () => void deactivate().catch(showProblem),
          },
        ]
      : newest
        ? [
            {
              label: texts.activate(newest.number),
              icon: "play" as const,
              onSelect: () => setAsked("activate"),
            },
          ]
        : []),
    { label: texts.delete, icon: "trash", isDanger: true, onSelect: () => setAsked("delete") },
  ];
  return (
    <tr>
      <th scope="row">
        {mayEdit ? <Link to={`chatbots/${id}`}>{name}</Link> : name}
        {description && <small>{description}</small>}
      </th>
      <td>
        {activeVersion ? (
          <span className="badge accent">{texts.activeVersion(activeVersion.number)}</span>
        ) : (
          <span className="badge">{texts.status[status]}</span>
        )}
      </td>
      <td className="number">{(figures?.runs ?? 0).toLocaleString(language)}</td>
      <td className="number">{figures && figures.runs > 0 ? percent.format(figures.containment) : "–"}</td>
      <td>{new Date(updatedAt).toLocaleDateString(language, { dateStyle: "medium" })}</td>
      <td className="number">
        {mayEdit && <Menu label={texts.actionsFor(name)} items={items} />}
        {asked === "activate" && newest && (
          <Dialog title={texts.activateTitle(name, newest.number)} onClose={() => setAsked(null)}>
            <ActivationForm
              chatbotId={id}
              versionId={newest.id}
              onDone={() => {
                setAsked(null);
                showToast(texts.activated(name));
                onChanged();
              }}
              onCancel={() => setAsked(null)}
            />
          </Dialog>
        )}
        {asked === "delete" && (
          <DeleteDialog chatbot={chatbot} onClose={() => setAsked(null)} onDone={onChanged} />
        )}
      </td>
    </tr>
  );
}

function DeleteDialog({
  chatbot: { id, name },
  onClose,
  onDone,
}: {
  chatbot: ListedChatbot;
  onClose: () => void;
  onDone: () => void;
}) {
  const texts = useWords(listWords);
  const connection = useConnection();
  const remove = async () => {
    onClose();
    await connection.mutate(DELETE, { id });
    showToast(texts.deleted(name));
    onDone();
  };
  return (
    <Dialog title={texts.deleteTitle(name)} onClose={onClose}>
      <p className="left">{texts.deleteHint}</p>
      <div className="actions">
        <Button onClick={onClose}>{texts.cancel}</Button>
        <Button look="danger" icon="trash" onClick={() => void remove().catch(showProblem)}>
          {texts.delete}
        </Button>
      </div>
    </Dialog>
  );
}
