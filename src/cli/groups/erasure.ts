import { erasureList, erasureRepeat } from "../commands/erasure.ts";

export const commands = () => [erasureList(), erasureRepeat()];
