import { useEffect, useState } from "react";
import { useThread } from "../thread_context.ts";
import type { MediaUrl } from "./media_urls.ts";

/**
 * The address of a message's file, while the caller is drawn; null until it is known. `retry` asks for another one, when this one
 * was refused because it had expired.
 */
export function useMediaUrl(
  messageId: string,
  isStored: boolean,
): { address: MediaUrl; hasFailed: boolean; retry: () => void } {
  const { mediaUrls } = useThread();
  const [address, setAddress] = useState<MediaUrl>(null);
  const [attempt, setAttempt] = useState(0);
  const [hasFailed, setHasFailed] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    if (!isStored) return;
    let isCurrent = true;
    mediaUrls.of(messageId).then(
      (next) => isCurrent && setAddress(next),
      () => isCurrent && setHasFailed(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [mediaUrls, messageId, isStored, attempt]);
  const retry = () => {
    mediaUrls.forget(messageId);
    // An address that was just given is not refused because of its age.
    if (attempt < 2) setAttempt(attempt + 1);
    else setHasFailed(true);
  };
  return { address, hasFailed, retry };
}
