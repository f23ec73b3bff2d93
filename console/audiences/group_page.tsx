import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { go } from "../routing/location.ts";
import { useMay } from "../session/member.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Confirm } from "../ui/form/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { showProblem, showToast } from "../ui/toasts.tsx";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import {
  ADD_MEMBERS,
  DELETE_GROUP,
  GROUP,
  GROUP_MEMBERS,
  type NamedContact,
  REMOVE_MEMBERS,
} from "./audience_documents.ts";
import { useContactName } from "./contact_name.ts";
import { ContactSearch } from "./contact_search.tsx";
import { exportCsv } from "./export_csv.ts";
import { words } from "./words.ts";

/** A group with its members. */
export function GroupPage({ id }: { id: string }) {
  const texts = useWords(words);
  const format = useFormat();
  const connection = useConnection();
  const isAdmin = useMay("admin");
  const isAgent = useMay("agent");
  const nameOf = useContactName();
  const [isDeleting, setDeleting] = useState(false);
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [version, setVersion] = useState(0);
  const [{ data, error }, reload] = useQuery({
    query: GROUP,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const group = data?.group;
  const run = async (action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (failure) {
      showProblem(failure);
    }
  };
  const refresh = () => {
    reload({ requestPolicy: "network-only" });
    setCursors([null]);
    setVersion((before) => before + 1);
  };
  const add = (contact: NamedContact) =>
    run(async () => {
      await connection.mutate(ADD_MEMBERS, { groupId: id, contactIds: [contact.id] });
      showToast(texts.added(nameOf(contact).name));
      refresh();
    });
  const remove = () =>
    run(async () => {
      await connection.mutate(DELETE_GROUP, { id });
      go("audiences/groups", { isReplaced: true });
    });
  const filter = { field: "group", is: id };
  return (
    <div className="page">
      <Link to="audiences/groups" className="row back-link">
        <Icon name="back" />
        {texts.backToGroups}
      </Link>
      {error && !data && <Failed message={problemOf(error).message} />}
      {!data && !error && <Loading label={texts.loading} />}
      {data && !group && <Empty icon="people" title={texts.notFound} />}
      {group && (
        <>
          <header className="row spread wrap audience-head">
            <div>
              <h1>{group.name}</h1>
              <p className="soft">
                {group.count === 1 ? texts.oneContact : texts.contacts(format.number(group.count))}
                {group.description && ` · ${group.description}`}
              </p>
            </div>
            <div className="row wrap">
              <Button
                icon="download"
                onClick={() => void run(() => exportCsv(connection, "contacts", group.name, { filter }))}
              >
                {texts.export}
              </Button>
              {isAdmin && (
                <Button look="danger" icon="trash" onClick={() => setDeleting(true)}>
                  {texts.remove}
                </Button>
              )}
            </div>
          </header>
          {isAgent && <ContactSearch label={texts.addMember} onChoose={(contact) => void add(contact)} />}
          <h2>{texts.members}</h2>
          {cursors.map((after, i) => (
            <Members
              key={`${version} ${after}`}
              groupId={id}
              after={after}
              onMore={i === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
              onRemoved={refresh}
            />
          ))}
        </>
      )}
      {isDeleting && (
        <Confirm
          title={texts.removeGroup(group?.name ?? "")}
          action={texts.remove}
          isDanger
          onConfirm={() => void remove()}
          onClose={() => setDeleting(false)}
        >
          <p>{texts.removeGroupHint}</p>
        </Confirm>
      )}
    </div>
  );
}

function Members({
  groupId,
  after,
  onMore,
  onRemoved,
}: {
  groupId: string;
  after: string | null;
  onMore: ((cursor: string) => void) | null;
  onRemoved: () => void;
}) {
  const texts = useWords(words);
  const connection = useConnection();
  const isAgent = useMay("agent");
  const nameOf = useContactName();
  const [{ data, error }] = useQuery({
    query: GROUP_MEMBERS,
    variables: { filter: { field: "group", is: groupId }, after },
    requestPolicy: "network-only",
  });
  const page = data?.contacts;
  if (error && !page) return <Failed message={problemOf(error).message} />;
  if (!page) return <Loading label={texts.loading} />;
  const takeOut = async (contactId: string) => {
    try {
      await connection.mutate(REMOVE_MEMBERS, { groupId, contactIds: [contactId] });
      onRemoved();
    } catch (failure) {
      showProblem(failure);
    }
  };
  if (page.nodes.length === 0) return after === null ? <Empty icon="people" title={texts.noMembers} /> : null;
  return (
    <>
      <ul className="member-list">
        {page.nodes.map((contact) => {
          const { name, detail } = nameOf(contact);
          return (
            <li key={contact.id}>
              <span>
                <span dir="auto">{name}</span> <span className="soft small">{detail}</span>
              </span>
              {isAgent && (
                <IconButton
                  label={texts.takeOut(name)}
                  icon="close"
                  onClick={() => void takeOut(contact.id)}
                />
              )}
            </li>
          );
        })}
      </ul>
      {page.pageInfo.hasNextPage && onMore && (
        <p className="center">
          <Button onClick={() => onMore(page.pageInfo.endCursor!)}>{texts.more}</Button>
        </p>
      )}
    </>
  );
}
