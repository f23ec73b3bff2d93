import { CHANNEL_KINDS } from "../../channels/registry.ts";
import { channelAdd } from "../commands/channel_add.ts";
import { channelList } from "../commands/channel_list.ts";
import { channelRotateSecrets } from "../commands/channel_rotate_secrets.ts";

/** `parley channel …`. */
export const commands = () => [...CHANNEL_KINDS.map(channelAdd), channelList(), channelRotateSecrets()];
