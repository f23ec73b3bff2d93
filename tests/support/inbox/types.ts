/** The parts of the API's types that the documents select. */
export type Row = {
  id: string;
  status: string;
  unreadCount: number;
  lastMessagePreview: string | null;
  lastActivityAt: string;
  assigneeId: string | null;
  assignee: { user: User } | null;
  contact: Customer;
};

export type Customer = {
  id: string;
  name: string | null;
  profileName: string | null;
  phone: string | null;
  contactTags: { nodes: { tag: { name: string } }[] };
};

export type User = { id: string; name: string };

export type Bubble = {
  id: string;
  conversationId: string;
  author: "contact" | "chatbot" | "user" | "system";
  user: User | null;
  type: string;
  currentPreview: string;
  editedAt: string | null;
  revokedAt: string | null;
  quotedMessage: { currentPreview: string } | null;
  reactions: { emoji: string; author: string; user: User | null }[];
  messageStatus: { status: string } | null;
  media: Media | null;
  idempotencyKey: string | null;
};

export type Media = {
  id: string;
  /** The API's states, and `uploading` before the server has the file. */
  state: "pending" | "stored" | "failed" | "gone" | "uploading";
  type: string;
  mimeType: string | null;
  filename: string | null;
  isVoice: boolean;
};

export type Inbox = { conversations: { nodes: Row[] } };
export type Thread = { conversation: { id: string; messages: { nodes: Bubble[] } } | null };

export type Presence = { state: "viewing" | "typing"; membership: { user: User } };

export type Presences = { conversation: { presences: { nodes: Presence[] } } | null };

export type Changes = {
  deleted: Deleted[];
  conversations: Row[];
  messages: Bubble[];
  cursor: string;
  hasMore: boolean;
};

export type Deleted = { typeName: string; id: string };
