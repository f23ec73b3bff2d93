import { useRef, useState } from "react";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { useConnection } from "../graphql/use_connection.ts";
import { ApiError } from "../session/account_request.ts";
import { Button } from "./button.tsx";

export type UploadedMedia = { id: string; type: string; filename: string | null };

/** A button that uploads a file to the media store. It says what the server refused below it. */
export function MediaUpload({
  label,
  busyLabel,
  accept,
  type,
  isDisabled = false,
  onUploaded,
}: {
  label: string;
  /** Shown while the file is being uploaded. */
  busyLabel: string;
  accept: string;
  /** The type of message that shows the file. */
  type?: string;
  isDisabled?: boolean;
  onUploaded: (media: UploadedMedia) => void;
}) {
  const connection = useConnection();
  const input = useRef<HTMLInputElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const upload = async (file: File) => {
    setBusy(true);
    setProblem(null);
    try {
      const query = new URLSearchParams({ filename: file.name, ...(type && { type }) });
      const response = await connection.fetch(`/media?${query}`, {
        method: "POST",
        body: file,
        headers: { "content-type": file.type || "application/octet-stream" },
      });
      const answer = await response.json();
      if (!response.ok) throw new ApiError(answer.error.code, answer.error.message);
      onUploaded(answer as UploadedMedia);
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <div className="stack tight">
      <input
        ref={input}
        type="file"
        accept={accept}
        hidden
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) void upload(file);
          target.value = "";
        }}
      />
      <Button icon="upload" disabled={isBusy || isDisabled} onClick={() => input.current?.click()}>
        {isBusy ? busyLabel : label}
      </Button>
      {problem && (
        <span className="error" role="alert">
          {problem.message} ({problem.code})
        </span>
      )}
    </div>
  );
}
