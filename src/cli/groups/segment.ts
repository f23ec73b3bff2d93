import { segmentList } from "../commands/segment_list.ts";
import { segmentPreview } from "../commands/segment_preview.ts";
import { segmentRemove } from "../commands/segment_remove.ts";
import { segmentSave } from "../commands/segment_save.ts";

/** `parley segment …`. */
export const commands = () => [segmentSave(), segmentPreview(), segmentList(), segmentRemove()];
