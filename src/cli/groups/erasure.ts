import { erasureList, erasureRepeat } from "../commands/erasure.ts";

/** `parley erasure …`. */
export const commands = () => [erasureList(), erasureRepeat()];
