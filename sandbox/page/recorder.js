/** WhatsApp's own type of a voice note first; a browser that cannot write it gives what it has. */
const TYPES = ["audio/ogg;codecs=opus", "audio/mp4;codecs=opus", "audio/mp4", "audio/webm;codecs=opus"];

export const canRecord = Boolean(globalThis.MediaRecorder && navigator.mediaDevices);

/** Records a voice note with the microphone. */
export class Recorder {
  #recorder;
  #chunks = [];

  /** Asks for the microphone. Throws when it is not given. */
  static async start() {
    return new Recorder(await navigator.mediaDevices.getUserMedia({ audio: true }));
  }

  constructor(stream) {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#recorder = new MediaRecorder(stream, { mimeType });
    this.#recorder.ondataavailable = ({ data }) => this.#chunks.push(data);
    this.#recorder.start();
  }

  /** Ends the recording, frees the microphone, and returns the file. */
  async stop() {
    const ended = new Promise((resolve) => {
      this.#recorder.onstop = resolve;
    });
    this.#recorder.stop();
    await ended;
    for (const track of this.#recorder.stream.getTracks()) track.stop();
    return new File(this.#chunks, "voice", { type: this.#recorder.mimeType });
  }
}
