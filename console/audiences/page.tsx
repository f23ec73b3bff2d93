import "./audiences.css";
import { GroupList, SegmentList } from "./audience_list.tsx";
import { GroupPage } from "./group_page.tsx";
import { SegmentPage } from "./segment_page.tsx";

/** `audiences` (segments), `audiences/segments/<id or new>`, `audiences/groups`, `audiences/groups/<id>`. */
export default function AudiencesPage({ path }: { path: string }) {
  const [part, id] = path.split("/");
  if (part === "groups") return id ? <GroupPage key={id} id={id} /> : <GroupList />;
  return id ? <SegmentPage key={id} id={id === "new" ? null : id} /> : <SegmentList />;
}
