import { useRef, useState } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { formatLength } from "../times.ts";
import { words } from "../words.ts";

const SPEEDS = [1, 1.5, 2];

/** The one that plays: another one that begins pauses it. */
let playing: HTMLAudioElement | null = null;

/** Plays a voice note or other sound: play, position, speed. */
export function VoicePlayer({
  address,
  isVoice,
  onError,
}: {
  address: string | null;
  isVoice: boolean;
  onError: () => void;
}) {
  const texts = useWords(words);
  const language = useLanguage();
  const audio = useRef<HTMLAudioElement>(null);
  const [isPlaying, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState(1);
  const toggle = () => {
    const element = audio.current!;
    if (!element.paused) return element.pause();
    if (playing !== element) playing?.pause();
    playing = element;
    element.playbackRate = speed;
    void element.play().catch(onError);
  };
  const nextSpeed = () => {
    const next = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]!;
    setSpeed(next);
    if (audio.current) audio.current.playbackRate = next;
  };
  const speedText = `${new Intl.NumberFormat(language).format(speed)}×`;
  return (
    <div className="voice">
      {/* biome-ignore lint/a11y/useMediaCaption: what customers say has no captions */}
      <audio
        ref={audio}
        src={address ?? undefined}
        preload="metadata"
        onError={() => address && onError()}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPosition(0)}
        onTimeUpdate={({ currentTarget }) => setPosition(currentTarget.currentTime)}
        onDurationChange={({ currentTarget }) =>
          setLength(Number.isFinite(currentTarget.duration) ? currentTarget.duration : 0)
        }
      />
      <button
        type="button"
        className="play"
        aria-label={isPlaying ? texts.pause : texts.play}
        disabled={address === null}
        onClick={toggle}
      >
        <Icon name={isPlaying ? "pause" : "play"} />
      </button>
      <input
        type="range"
        aria-label={texts.position}
        aria-valuetext={formatLength(position)}
        min={0}
        max={length || 1}
        step={0.1}
        value={Math.min(position, length || 1)}
        onChange={({ target }) => {
          if (audio.current) audio.current.currentTime = Number(target.value);
          setPosition(Number(target.value));
        }}
      />
      <span className="length">{formatLength(isPlaying || position > 0 ? position : length)}</span>
      <button type="button" className="speed" aria-label={texts.speed(speedText)} onClick={nextSpeed}>
        {speedText}
      </button>
      {isVoice && <Icon name="microphone" />}
    </div>
  );
}
