import "./replies.css";
import { useState } from "react";
import type { Connection } from "../../graphql/connection.ts";
import { graphql } from "../../graphql/graphql.ts";
import { useConnection } from "../../graphql/use_connection.ts";
import { useMay, useMember } from "../../session/member.ts";
import { optionalText, text } from "../../ui/form/values.ts";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { Records } from "../pattern/records.tsx";
import { Fields } from "./fields.tsx";
import { Preview } from "./preview.tsx";
import { bodyOf, type Kind, kindOf, REPLIES, type Reply, readMessage } from "./reply.ts";
import { words } from "./words.ts";

const CREATE = graphql(`
  mutation CreateCannedReply($reply: CannedReplyInput!) {
    createCannedReply(input: { cannedReply: $reply }) { cannedReply { id } }
  }
`);
const UPDATE = graphql(`
  mutation UpdateCannedReply($id: UUID!, $patch: CannedReplyPatch!) {
    updateCannedReply(input: { id: $id, patch: $patch }) {
      cannedReply { id shortcut title type content mediaId language userId }
    }
  }
`);
const DELETE = graphql(`
  mutation DeleteCannedReply($id: UUID!) { deleteCannedReply(input: { id: $id }) { deletedCannedReplyNodeId } }
`);

export default function CannedReplies() {
  const texts = useWords(words);
  const connection = useConnection();
  const { compare } = useFormats();
  const { user } = useMember();
  const isAdmin = useMay("admin");
  const mayAdd = useMay("agent");
  const [previewed, setPreviewed] = useState<Reply | null>(null);
  const mayChange = ({ userId }: Reply) => (userId === null ? isAdmin : userId === user.id);
  const save = async (form: FormData, reply: Reply | null) => {
    const kind = text(form, "kind") as Kind;
    const file = await chosenFile(connection, form, reply);
    if (kind === "file" && !file) throw new Error(texts.choose);
    const values = {
      ...readMessage(form, kind, kind === "file" || kind === "other" ? file : null),
      shortcut: text(form, "shortcut"),
      title: text(form, "title"),
      language: optionalText(form, "language"),
      userId: text(form, "audience") === "me" ? user.id : null,
    };
    if (reply) await connection.mutate(UPDATE, { id: reply.id, patch: values });
    else await connection.mutate(CREATE, { reply: values });
  };
  return (
    <>
      <Records
        title={texts.title}
        about={texts.about}
        addLabel={texts.add}
        document={REPLIES}
        connectionOf={({ cannedReplies }) => cannedReplies}
        keyOf={({ id }) => id}
        compare={(one, other) => compare(one.shortcut, other.shortcut)}
        empty={{ icon: "reply", title: texts.empty, text: texts.emptyText }}
        view={(reply) => ({
          title: reply.title,
          about: `/${reply.shortcut}${bodyOf(reply) ? ` · ${shorten(bodyOf(reply))}` : ""}`,
          badges: (
            <>
              {kindOf(reply) !== "text" && <span className="badge">{texts.kinds[kindOf(reply)]}</span>}
              {reply.userId && <span className="badge info">{texts.onlyMe}</span>}
            </>
          ),
        })}
        edit={
          mayAdd
            ? {
                title: (reply) => (reply ? texts.edit : texts.add),
                mayEdit: mayChange,
                fields: (reply) => <Fields reply={reply} mayShare={isAdmin} />,
                save,
              }
            : undefined
        }
        actions={(reply) => [{ label: texts.preview, icon: "eye", onSelect: () => setPreviewed(reply) }]}
        remove={{
          question: ({ title }) => texts.question(title),
          run: ({ id }) => connection.mutate(DELETE, { id }),
          mayRemove: mayChange,
        }}
      />
      {previewed && <Preview reply={previewed} onClose={() => setPreviewed(null)} />}
    </>
  );
}

function shorten(body: string): string {
  return body.length > 120 ? `${body.slice(0, 119)}…` : body;
}

/** Uploads a file that was chosen; otherwise the one that the reply has. */
async function chosenFile(
  connection: Connection,
  form: FormData,
  reply: Reply | null,
): Promise<{ id: string; type: string } | null> {
  const file = form.get("file");
  if (!(file instanceof File) || file.size === 0)
    return reply?.mediaId ? { id: reply.mediaId, type: reply.media?.type ?? "document" } : null;
  const response = await connection.fetch(`/media?filename=${encodeURIComponent(file.name)}`, {
    method: "POST",
    headers: { "content-type": file.type || "application/octet-stream" },
    body: file,
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error?.message ?? String(response.status));
  return answer;
}
