import { graphql, type ResultOf } from "../../graphql/graphql.ts";

export const CHANNEL = graphql(`
  query SettingsChannel($id: UUID!) {
    channel(id: $id) {
      id name kind status statusReason isDefault messagesPerSecond mediaLimit sendsReadReceipts uncertainPolicy
      webhookKey
      webhookEvents(first: 1, orderBy: [ID_DESC]) { nodes { id createdAt status error } }
      whatsapp {
        channelId displayPhoneNumber phoneNumberId businessAccountId verifiedName qualityRating qualityRatingAt
        messagingLimit messagingLimitAt templatesCheckedAt templatesProblem
      }
    }
  }
`);

export const UPDATE_CHANNEL = graphql(`
  mutation UpdateChannel($id: UUID!, $patch: ChannelPatch!) {
    updateChannel(input: { id: $id, patch: $patch }) {
      channel {
        id name status statusReason isDefault messagesPerSecond mediaLimit sendsReadReceipts uncertainPolicy
      }
    }
  }
`);

export type Channel = NonNullable<ResultOf<typeof CHANNEL>["channel"]>;
