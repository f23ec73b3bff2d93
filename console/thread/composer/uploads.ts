import { useEffect, useRef, useState } from "react";
import type { Problem } from "../../graphql/problem.ts";
import { authorization } from "../../session/renew.ts";

/** A file on its way to the server, or there. */
export type Attachment = {
  key: string;
  name: string;
  size: number;
  mimeType: string;
  /** An address of this browser, to show it. */
  preview: string;
  /** From 0 to 1. */
  progress: number;
  stored: StoredMedia | null;
  problem: Problem | null;
  cancel: () => void;
};

/** What the server says about an uploaded file. */
export type StoredMedia = {
  id: string;
  type: "image" | "video" | "audio" | "sticker" | "document";
  isVoice: boolean;
};

/** Uploads files, and lists those that are to be sent next. */
export function useUploads() {
  const [attachments, setAttachments] = useState<readonly Attachment[]>([]);
  const change = (key: string, changed: Partial<Attachment>) =>
    setAttachments((all) => all.map((each) => (each.key === key ? { ...each, ...changed } : each)));
  const latest = useRef(attachments);
  latest.current = attachments;
  useEffect(
    () => () => {
      for (const { cancel, preview } of latest.current) {
        cancel();
        URL.revokeObjectURL(preview);
      }
    },
    [],
  );
  const add = (files: Iterable<File>, isVoice = false) => {
    for (const file of files) {
      const key = crypto.randomUUID();
      const upload = uploadFile(file, isVoice, (progress) => change(key, { progress }));
      const attachment: Attachment = {
        key,
        name: file.name,
        size: file.size,
        mimeType: file.type,
        preview: URL.createObjectURL(file),
        progress: 0,
        stored: null,
        problem: null,
        cancel: upload.cancel,
      };
      setAttachments((all) => [...all, attachment]);
      upload.result.then(
        (stored) => change(key, { stored, progress: 1 }),
        (problem: Problem) => change(key, { problem }),
      );
    }
  };
  const remove = (key: string) => {
    const removed = attachments.find((each) => each.key === key);
    removed?.cancel();
    if (removed) URL.revokeObjectURL(removed.preview);
    setAttachments((all) => all.filter((each) => each.key !== key));
  };
  const clear = () => {
    for (const { preview } of attachments) URL.revokeObjectURL(preview);
    setAttachments([]);
  };
  return { attachments, add, remove, clear };
}

/** `fetch` does not report how much it has sent. */
export function uploadFile(
  file: File,
  isVoice: boolean,
  onProgress: (part: number) => void,
): { result: Promise<StoredMedia>; cancel: () => void } {
  const request = new XMLHttpRequest();
  const { promise, resolve, reject } = Promise.withResolvers<StoredMedia>();
  const query = new URLSearchParams({ filename: file.name, ...(isVoice && { voice: "true" }) });
  const failed = () => reject({ code: "PYNET", message: "The server cannot be reached" } satisfies Problem);
  request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
  request.onerror = failed;
  request.onload = () => {
    const answer = parse(request.responseText);
    if (request.status < 300 && answer?.id) resolve(answer as StoredMedia);
    else
      reject({
        code: answer?.error?.code ?? "PYUNA",
        message: answer?.error?.message ?? String(request.status),
      });
  };
  void authorization().then((header) => {
    request.open("POST", `/media?${query}`);
    request.setRequestHeader("authorization", header ?? "");
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.send(file);
  }, failed);
  return { result: promise, cancel: () => request.abort() };
}

// biome-ignore lint/suspicious/noExplicitAny: the server's JSON, or another answer on the way
function parse(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
