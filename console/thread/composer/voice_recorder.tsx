import { useEffect, useRef, useState } from "react";
import { IconButton } from "../../ui/button.tsx";
import { showToast } from "../../ui/toasts.tsx";
import { useWords } from "../../words/language.ts";
import { useNow } from "../clock.ts";
import { formatLength } from "../times.ts";
import { composerWords } from "./words.ts";

/** What WhatsApp plays as a voice note, and what it plays as ordinary sound. A browser that records neither records nothing. */
const FORMATS = [
  { type: "audio/ogg;codecs=opus", extension: "ogg", isVoice: true },
  { type: "audio/mp4", extension: "m4a", isVoice: false },
];

type Recording = { recorder: MediaRecorder; startedAt: number; stream: MediaStream };

/** Records the microphone; the recording is attached, to be heard before it is sent. */
export function VoiceRecorder({ onRecorded }: { onRecorded: (files: File[], isVoice: boolean) => void }) {
  const texts = useWords(composerWords);
  const [recording, setRecording] = useState<Recording | null>(null);
  const latest = useRef(recording);
  latest.current = recording;
  useEffect(() => () => stop(latest.current?.stream), []);
  const format =
    typeof MediaRecorder === "undefined"
      ? undefined
      : FORMATS.find(({ type }) => MediaRecorder.isTypeSupported(type));
  if (!format || !navigator.mediaDevices) return null;
  const start = async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } });
      const recorder = new MediaRecorder(stream, { mimeType: format.type });
      recorder.start();
      setRecording({ recorder, startedAt: Date.now(), stream });
    } catch {
      showToast(texts.noMicrophone);
    }
  };
  const end = (keeps: boolean) => {
    if (!recording) return;
    const parts: Blob[] = [];
    recording.recorder.ondataavailable = ({ data }) => parts.push(data);
    recording.recorder.onstop = () => {
      stop(recording.stream);
      const type = format.type.split(";")[0]!;
      if (keeps) onRecorded([new File(parts, `voice.${format.extension}`, { type })], format.isVoice);
    };
    recording.recorder.stop();
    setRecording(null);
  };
  if (!recording) return <IconButton label={texts.record} icon="microphone" onClick={() => void start()} />;
  return (
    <span className="recording">
      <Elapsed since={recording.startedAt} />
      <IconButton label={texts.cancelRecording} icon="trash" onClick={() => end(false)} />
      <IconButton label={texts.stopRecording} icon="check" look="primary" onClick={() => end(true)} />
    </span>
  );
}

/** The browser then no longer shows that it listens. */
function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function Elapsed({ since }: { since: number }) {
  const texts = useWords(composerWords);
  const now = useNow(500);
  return <span role="timer">{texts.recording(formatLength((now - since) / 1000))}</span>;
}
