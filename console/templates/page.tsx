import "./templates.css";
import { TemplateEditorPage } from "./editor/editor_page.tsx";
import { TemplateList } from "./template_list.tsx";

/** `templates`, and `templates/<id>`. */
export default function TemplatesPage({ path }: { path: string }) {
  return path === "" ? <TemplateList /> : <TemplateEditorPage key={path} id={path} />;
}
