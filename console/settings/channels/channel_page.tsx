import { useQuery } from "urql";
import { problemOf } from "../../graphql/problem.ts";
import { useLiveRows } from "../../graphql/use_connection.ts";
import { useMay } from "../../session/member.ts";
import { Failed, Loading } from "../../ui/states.tsx";
import { useWords } from "../../words/language.ts";
import { Section } from "../pattern/section.tsx";
import { ChannelActions } from "./actions.tsx";
import { CHANNEL } from "./channel.ts";
import { ChannelSettings } from "./channel_settings.tsx";
import { Checks } from "./checks.tsx";
import { ChannelFacts } from "./facts.tsx";
import { Status } from "./state.tsx";
import { words } from "./words.ts";

/** One channel: whether it works, what Meta says of it, how it is set, and its keys. */
export function ChannelPage({ id, verifyToken }: { id: string; verifyToken: string | null }) {
  const texts = useWords(words);
  const isAdmin = useMay("admin");
  const [{ data, error }, load] = useQuery({
    query: CHANNEL,
    variables: { id },
    requestPolicy: "cache-and-network",
  });
  const reload = () => load({ requestPolicy: "network-only" });
  useLiveRows("channel", (changed) => changed.id === id && reload());
  if (error && !data) return <Failed message={problemOf(error).message} />;
  if (!data) return <Loading label={texts.title} />;
  const { channel } = data;
  if (!channel) return <Failed message={texts.notFound} />;
  return (
    <Section
      title={channel.name}
      up={{ to: "settings/channels", label: texts.back }}
      about={channel.whatsapp?.displayPhoneNumber}
      action={<Status status={channel.status} />}
    >
      {isAdmin && <Checks channel={channel} verifyToken={verifyToken} reload={reload} />}
      <ChannelFacts channel={channel} />
      {isAdmin && (
        <>
          <ChannelSettings channel={channel} />
          <ChannelActions channel={channel} reload={reload} />
        </>
      )}
    </Section>
  );
}
