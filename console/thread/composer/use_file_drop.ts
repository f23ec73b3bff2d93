import { type DragEvent, useState } from "react";

/** Takes files that are dropped on an element. */
export function useFileDrop(isWanted: boolean, onFiles: (files: FileList) => void) {
  const [isDropping, setDropping] = useState(false);
  return {
    isDropping,
    handlers: {
      onDragOver: (event: DragEvent) => {
        if (!isWanted || !event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        setDropping(true);
      },
      onDragLeave: ({ currentTarget, relatedTarget }: DragEvent) => {
        if (!currentTarget.contains(relatedTarget as Node | null)) setDropping(false);
      },
      onDrop: (event: DragEvent) => {
        setDropping(false);
        if (!isWanted || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        onFiles(event.dataTransfer.files);
      },
    },
  };
}
