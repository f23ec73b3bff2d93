import { useId, useRef, useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useWords } from "../../words/language.ts";
import { composerWords } from "./words.ts";

/** A small choice of what people send. All others are on the keyboard of the system. */
const EMOJI =
  "😀 😃 😄 😁 😅 😂 🤣 😊 🙂 😉 😍 🥰 😘 😎 🤩 🤗 🤔 🤨 😐 🙄 😏 😴 😮 😢 😭 😞 😕 😬 😤 😡 🤯 🥳 " +
  "👍 👎 👌 ✌️ 🤞 🤝 👏 🙌 🙏 💪 👋 🫶 ☝️ 👉 👇 ✍️ " +
  "❤️ 🧡 💛 💚 💙 💜 🤍 💔 ✨ ⭐ 🔥 🎉 🎁 🎂 🏆 💯 " +
  "✅ ❌ ❗ ❓ ⚠️ ⏰ 📅 📍 📞 📧 📎 📄 📦 🚚 🛒 💳 💶 🏠 🏢 🔑 🔧 💡 🔗 📷 " +
  "☀️ 🌧️ ❄️ 🌸 🌹 🌱 🐶 🐱 ☕ 🍵 🍰 🍕 🥐 🍎 🍷 🎵 ⚽ 🚗 ✈️ 🚌 🏖️ 🇹🇷 🇬🇧 🇩🇪";
const ALL = EMOJI.split(" ");
const COLUMNS = 8;
const RECENT = "parley.recent-emoji";

/** A grid of emoji; arrows move in it. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const texts = useWords(composerWords);
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [recent, setRecent] = useState<readonly string[]>(() =>
    JSON.parse(localStorage.getItem(RECENT) ?? "[]"),
  );
  const shown = [...new Set([...recent, ...ALL])];
  const pick = (emoji: string) => {
    const next = [emoji, ...recent.filter((each) => each !== emoji)].slice(0, COLUMNS);
    setRecent(next);
    localStorage.setItem(RECENT, JSON.stringify(next));
    list.current?.hidePopover();
    onPick(emoji);
  };
  const move = (event: React.KeyboardEvent) => {
    const items = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = items.indexOf(document.activeElement as HTMLButtonElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    items[Math.max(0, Math.min(items.length - 1, at + step))]?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="button icon-only quiet"
        aria-label={texts.emoji}
        title={texts.emoji}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        <Icon name="emoji" />
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="dialog"
        aria-label={texts.emoji}
        className="menu emoji"
        onKeyDown={move}
        onToggle={({ newState }) => {
          setOpen(newState === "open");
          if (newState === "open") place(list.current!, button.current!);
        }}
      >
        {isOpen &&
          shown.map((emoji, at) => (
            <button key={emoji} type="button" tabIndex={at === 0 ? 0 : -1} onClick={() => pick(emoji)}>
              {emoji}
            </button>
          ))}
      </div>
    </>
  );
}

/** Above the button. */
function place(list: HTMLElement, button: HTMLElement): void {
  requestAnimationFrame(() => {
    const { top, left } = button.getBoundingClientRect();
    const { width, height } = list.getBoundingClientRect();
    list.style.position = "fixed";
    list.style.inset = "auto";
    list.style.top = `${Math.max(4, top - height - 4)}px`;
    list.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`;
    list.querySelector("button")?.focus();
  });
}
