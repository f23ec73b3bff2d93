import { retentionList, retentionPreview, retentionRemove, retentionSet } from "../commands/retention.ts";

/** `parley retention …`. */
export const commands = () => [retentionList(), retentionSet(), retentionRemove(), retentionPreview()];
