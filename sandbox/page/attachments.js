import { canRecord, Recorder } from "./recorder.js";

/** Opens the file dialog from the buttons of the menu. Calls `sendFile(file, { kind, voice })`. */
export function offerFiles(menu, input, sendFile) {
  for (const button of menu.querySelectorAll("[data-accept]")) {
    button.onclick = () => {
      menu.hidePopover();
      input.accept = button.dataset.accept;
      input.onchange = () => {
        const [file] = input.files;
        const kind = button.dataset.kind ?? (file?.type.startsWith("video/") ? "video" : "image");
        if (file) sendFile(file, { kind, voice: kind === "audio" });
        input.value = "";
      };
      input.click();
    };
  }
}

/** Records a voice note: the button starts, and then sends it; the bar shows that it runs, and discards it. */
export function offerRecording(button, bar, attempt, sendFile) {
  let recorder;
  const show = (isOn) => {
    bar.hidden = !isOn;
    button.ariaPressed = String(isOn);
    button.ariaLabel = isOn ? "Send the voice message" : "Record a voice message";
  };
  const stop = async () => {
    const file = await recorder.stop();
    recorder = undefined;
    show(false);
    return file;
  };
  button.hidden = !canRecord;
  button.onclick = () =>
    attempt(async () => {
      if (recorder) return await sendFile(await stop(), { kind: "audio", voice: true, caption: undefined });
      recorder = await Recorder.start();
      show(true);
    });
  bar.querySelector("button").onclick = stop;
}
