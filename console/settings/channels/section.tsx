import "./channels.css";
import { useState } from "react";
import { graphql, type ResultOf } from "../../graphql/graphql.ts";
import { useLiveRows } from "../../graphql/use_connection.ts";
import { go } from "../../routing/location.ts";
import { useMay } from "../../session/member.ts";
import { Button } from "../../ui/button.tsx";
import { useWords } from "../../words/language.ts";
import { useFormats } from "../pattern/formats.ts";
import { List } from "../pattern/list.tsx";
import { Record } from "../pattern/record.tsx";
import { Section } from "../pattern/section.tsx";
import { ChannelPage } from "./channel_page.tsx";
import { Connect } from "./connect.tsx";
import { Quality, Status } from "./state.tsx";
import { words } from "./words.ts";

const CHANNELS = graphql(`
  query SettingsChannels($after: Cursor) {
    channels(first: 50, after: $after) {
      nodes {
        id name kind status statusReason isDefault
        webhookEvents(first: 1, orderBy: [ID_DESC]) { nodes { id createdAt status error } }
        whatsapp { channelId displayPhoneNumber qualityRating }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

type Channel = NonNullable<ResultOf<typeof CHANNELS>["channels"]>["nodes"][number];

export default function Channels({ path }: { path: string }) {
  const [verifyToken, setVerifyToken] = useState<{ channelId: string; token: string } | null>(null);
  if (path === "") return <ChannelList onConnected={setVerifyToken} />;
  return (
    <ChannelPage
      key={path}
      id={path}
      verifyToken={verifyToken?.channelId === path ? verifyToken.token : null}
    />
  );
}

function ChannelList({
  onConnected,
}: {
  onConnected: (connected: { channelId: string; token: string }) => void;
}) {
  const texts = useWords(words);
  const { compare, ago } = useFormats();
  const isAdmin = useMay("admin");
  const [isConnecting, setConnecting] = useState(false);
  const [version, setVersion] = useState(0);
  useLiveRows("channel", () => setVersion((last) => last + 1));
  const about = ({ whatsapp, webhookEvents, statusReason }: Channel) => {
    const [last] = webhookEvents.nodes;
    return [
      whatsapp?.displayPhoneNumber,
      isAdmin && (last ? texts.lastWebhook(ago(last.createdAt)) : texts.noWebhook),
      statusReason,
    ]
      .filter(Boolean)
      .join(" · ");
  };
  return (
    <Section
      title={texts.title}
      about={texts.about}
      action={
        isAdmin && (
          <Button look="primary" icon="plus" onClick={() => setConnecting(true)}>
            {texts.connect}
          </Button>
        )
      }
    >
      <List
        document={CHANNELS}
        connectionOf={({ channels }) => channels}
        keyOf={({ id }) => id}
        version={version}
        compare={(one, other) =>
          Number(other.isDefault) - Number(one.isDefault) || compare(one.name, other.name)
        }
        empty={{ icon: "channel", title: texts.empty, text: texts.emptyText }}
        row={(channel) => (
          <Record
            title={channel.name}
            about={about(channel)}
            onOpen={() => go(`settings/channels/${channel.id}`)}
            badges={
              <>
                {channel.isDefault && <span className="badge">{texts.isDefault}</span>}
                <Quality rating={channel.whatsapp?.qualityRating} />
                <Status status={channel.status} />
              </>
            }
          />
        )}
      />
      {isConnecting && (
        <Connect
          onClose={() => setConnecting(false)}
          onConnected={(connected) => {
            onConnected(connected);
            go(`settings/channels/${connected.channelId}`);
          }}
        />
      )}
    </Section>
  );
}
