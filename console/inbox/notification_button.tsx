import { useSyncExternalStore } from "react";
import { IconButton } from "../ui/button.tsx";
import { showToast } from "../ui/toasts.tsx";
import { useWords } from "../words/language.ts";
import { mayNotify, notifications, requestNotifications } from "./notifications.ts";
import { words } from "./words.ts";

/** Switches notifications of this browser on and off. */
export function NotificationButton() {
  const texts = useWords(words);
  useSyncExternalStore(notifications.watch, notifications.get);
  const isOn = mayNotify();
  const turn = async () => {
    if (isOn) notifications.set("off");
    else showToast((await requestNotifications()) ? texts.notifyOn : texts.notifyDenied);
  };
  return (
    <IconButton
      label={isOn ? texts.notifyOff : texts.notify}
      icon="bell"
      aria-pressed={isOn}
      onClick={() => void turn()}
    />
  );
}
