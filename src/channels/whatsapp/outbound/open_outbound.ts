import type { Outbound, OutboundContext } from "../../outbound.ts";
import { changeTemplate } from "../templates/change_template.ts";
import { listTemplates } from "../templates/list_templates.ts";
import { type CloudApiAccess, readAccess } from "./access.ts";
import { blockUser } from "./block_user.ts";
import { fetchMedia } from "./fetch_media.ts";
import { createGraphClient } from "./graph_client.ts";
import { markRead } from "./mark_read.ts";
import { readExpiry } from "./read_expiry.ts";
import { ConversionReporter } from "./report_conversion.ts";
import { sendMessage } from "./send_message.ts";
import { uploadMedia } from "./upload_media.ts";

const CONNECTIONS = 256;

/** Opens the sending side of a channel on the Cloud API. */
export function openOutbound(context: OutboundContext): Outbound<CloudApiAccess> {
  const graph = createGraphClient({ connections: CONNECTIONS });
  const conversions = new ConversionReporter(graph);
  return {
    readAccess: (channelId) => readAccess(channelId, context),
    post: (message, access) => sendMessage(graph, access, message),
    markRead: (read, access) => markRead(graph, access, read),
    setBlocked: (block, access) => blockUser(graph, access, block),
    media: {
      upload: (file, access, signal) => uploadMedia(graph, access, file, signal),
      fetch: (file, access, spool, signal) => fetchMedia(graph, access, file, spool, signal),
    },
    reportConversion: (conversion, access) => conversions.report(conversion, access),
    readExpiry: (access) => readExpiry(graph, access),
    templates: {
      list: (access, cursor) => listTemplates(graph, access, cursor),
      change: (access, change, signal) => changeTemplate(graph, access, change, signal),
    },
    close: () => graph.close(),
  };
}
