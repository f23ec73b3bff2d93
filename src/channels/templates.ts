import type { JsonObject } from "../base/json/json.ts";
import type { OutboundFile } from "./outbound_file.ts";
import type { Failure } from "./outcome.ts";

/** How a kind of channel manages message templates, which belong to the account that its channels share. */
export type OutboundTemplates<A> = {
  /** Reads a page of the account's templates; the first one if `cursor` is null. */
  list(access: A, cursor: string | null): Promise<ListedTemplates>;
  /**
   * Makes a change. It can be repeated, even after an `uncertain` failure, if `isRepeated` is set then.
   * @throws when a file cannot be read
   */
  change(access: A, change: TemplateChange, signal?: AbortSignal): Promise<ChangedTemplate | Failure>;
};

export type TemplateChange = {
  kind: "create" | "edit" | "unpause" | "delete";
  /** The change may have been made by an earlier attempt. */
  isRepeated: boolean;
  /** Null for a template that the provider does not know. */
  providerTemplateId: string | null;
  name: string;
  language: string;
  category: string | null;
  /** Of an edit; null if the category does not change. */
  newCategory: string | null;
  parameterFormat: string;
  /** As in the column `components`. */
  components: JsonObject[];
  /** In seconds; null for the provider's default. */
  messageTtl: number | null;
  /** The files that the components name as examples, by their media ids. */
  files: ReadonlyMap<string, OutboundFile>;
};

export type ChangedTemplate = {
  kind: "changed";
  /** An element for app_private.apply_template_reports(). */
  report: JsonObject;
};

export type ListedTemplates =
  | {
      kind: "page";
      /** Elements for app_private.apply_template_list(). */
      templates: JsonObject[];
      /** Null on the last page. */
      next: string | null;
    }
  /** The list has changed too much: read it again from its start. */
  | { kind: "bad_cursor" }
  | Failure;
