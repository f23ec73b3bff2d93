import { useState } from "react";
import { useQuery } from "urql";
import { problemOf } from "../graphql/problem.ts";
import { useConnection, useLiveRows } from "../graphql/use_connection.ts";
import { Link } from "../routing/link.tsx";
import { go } from "../routing/location.ts";
import { useMay } from "../session/member.ts";
import { Button } from "../ui/button.tsx";
import { TextInput } from "../ui/form/fields.tsx";
import { FormDialog } from "../ui/form/form_dialog.tsx";
import { text } from "../ui/form/values.ts";
import { Empty, Failed, Loading } from "../ui/states.tsx";
import { useReload } from "../ui/use_reload.ts";
import { useFormat } from "../words/format.ts";
import { useWords } from "../words/language.ts";
import { CAMPAIGNS, CREATE_CAMPAIGN } from "./campaign_documents.ts";
import { Progress } from "./progress.tsx";
import { CampaignBadge } from "./status_badge.tsx";
import { words } from "./words.ts";

type Status = keyof typeof words.en.status;

export function CampaignList() {
  const texts = useWords(words);
  const isAdmin = useMay("admin");
  const [status, setStatus] = useState<Status | "">("");
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [isCreating, setCreating] = useState(false);
  return (
    <div className="page">
      <header>
        <div>
          <h1>{texts.title}</h1>
          <p className="soft">{texts.about}</p>
        </div>
        <div className="row wrap">
          <select
            className="input narrow"
            aria-label={texts.allStatuses}
            value={status}
            onChange={({ target }) => {
              setStatus(target.value as Status | "");
              setCursors([null]);
            }}
          >
            <option value="">{texts.allStatuses}</option>
            {(Object.keys(texts.status) as Status[]).map((each) => (
              <option key={each} value={each}>
                {texts.status[each]}
              </option>
            ))}
          </select>
          {isAdmin && (
            <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
              {texts.create}
            </Button>
          )}
        </div>
      </header>
      {cursors.map((after, i) => (
        <CampaignsAfter
          key={`${status} ${after}`}
          after={after}
          status={status}
          onMore={i === cursors.length - 1 ? (next) => setCursors([...cursors, next]) : null}
        />
      ))}
      {isCreating && <NewCampaign onClose={() => setCreating(false)} />}
    </div>
  );
}

function CampaignsAfter({
  after,
  status,
  onMore,
}: {
  after: string | null;
  status: Status | "";
  onMore: ((cursor: string) => void) | null;
}) {
  const texts = useWords(words);
  const format = useFormat();
  const [{ data, error }, reload] = useQuery({
    query: CAMPAIGNS,
    variables: { after, filter: status ? { status: { equalTo: status } } : null },
    requestPolicy: "cache-and-network",
  });
  const reloadSoon = useReload(reload);
  useLiveRows("campaign", reloadSoon);
  useLiveRows("deleted", ({ typeName }) => typeName === "Campaign" && reloadSoon());
  const page = data?.campaigns;
  if (error && !page) return <Failed message={problemOf(error).message} />;
  if (!page) return <Loading label={texts.loading} />;
  if (page.nodes.length === 0 && after === null)
    return (
      <Empty icon="campaign" title={status ? texts.noMatch : texts.none}>
        {!status && texts.noneHint}
      </Empty>
    );
  return (
    <>
      <ul className="campaign-list">
        {page.nodes.map(({ id, name, status, figures, templateName, scheduledAt, startedAt, createdAt }) => (
          <li key={id}>
            <Link to={`campaigns/${id}`}>
              <span className="stack none">
                <span className="row wrap">
                  <strong>{name}</strong>
                  <CampaignBadge status={status} />
                </span>
                <span className="soft small">
                  {[
                    templateName ?? texts.text,
                    startedAt
                      ? texts.startedAt(format.dateTime(startedAt))
                      : status === "scheduled" && scheduledAt
                        ? texts.scheduledFor(format.dateTime(scheduledAt))
                        : format.date(createdAt),
                  ].join(" · ")}
                </span>
              </span>
              {figures.recipients > 0 && <Progress figures={figures} />}
            </Link>
          </li>
        ))}
      </ul>
      {page.pageInfo.hasNextPage && onMore && (
        <p className="center">
          <Button onClick={() => onMore(page.pageInfo.endCursor!)}>{texts.more}</Button>
        </p>
      )}
    </>
  );
}

function NewCampaign({ onClose }: { onClose: () => void }) {
  const texts = useWords(words);
  const connection = useConnection();
  const create = async (form: FormData) => {
    const campaign = { name: text(form, "name") };
    const { createCampaign } = await connection.mutate(CREATE_CAMPAIGN, { campaign });
    go(`campaigns/${createCampaign?.campaign.id}`);
  };
  return (
    <FormDialog title={texts.create} submitLabel={texts.createAction} onSubmit={create} onClose={onClose}>
      <TextInput name="name" label={texts.name} required maxLength={150} />
    </FormDialog>
  );
}
