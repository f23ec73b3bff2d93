/** One thing to choose. */
export type Option = {
  /** What is sent and comes back: unique within the menu, at most 200 characters. */
  id: string;
  /** The id the author gave: what the variable receives, and the name of the exit. */
  answer: string;
  title: string;
  /** The title before it was shortened. */
  wording: string;
  description: string;
  /** Title of the section the row stands under; `""` for none. */
  section: string;
};

/** An option as it was written, before it is filled in and shortened. */
export type Draft = Omit<Option, "id" | "wording"> & { isData: boolean };
