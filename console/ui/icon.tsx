/** Drawn for a grid of 24, as lines of 1.75. */
const PATHS = {
  parley: "M4 5h13a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3h-6l-5 4v-4H4zM9 10.5h.01M12.5 10.5h.01M16 10.5h.01",
  inbox: "M4 13l3-8h10l3 8v6H4zM4 13h5l1.500 3h3L15 13h5",
  chatbot: "M12 3v4M6 7h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V9a2 2 0 0 1 2-2zM9 12v2M15 12v2",
  campaign: "M4 10v4h3l8 5V5L7 10zM18 9a4 4 0 0 1 0 6",
  template: "M5 4h14v16H5zM8 8h8M8 12h8M8 16h4",
  people:
    "M9 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM2.500 20a6.500 6.500 0 0 1 13 0M16 4.500a3.500 3.500 0 0 1 0 6.500M18 14.500a6.500 6.500 0 0 1 3.500 5.500",
  figures: "M4 20h16M7 20v-6M12 20V6M17 20v-9",
  settings:
    "M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5zM9 19.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.500 4.500",
  send: "M4 12l16-8-6 16-3-6.500zM11 13.500L20 4",
  attach:
    "M19 11l-7.500 7.500a4.500 4.500 0 0 1-6.400-6.400L13 4.300a3 3 0 0 1 4.300 4.300l-7.700 7.600a1.500 1.500 0 0 1-2.200-2.100L14 7.500",
  emoji: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.500 14a4 4 0 0 0 7 0M9 9.500v.5M15 9.500v.5",
  microphone: "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3zM5 12a7 7 0 0 0 14 0M12 19v2.500",
  reply: "M10 6L4 12l6 6M4 12h9a7 7 0 0 1 7 7",
  note: "M5 4h14v10l-6 6H5zM19 14h-6v6",
  close: "M6 6l12 12M18 6L6 18",
  check: "M5 12.500l4.500 4.500L19 7.500",
  "double-check": "M2 12.500L6.500 17 16 7.500M11 15.500l1.500 1.500L22 7.500",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.500 2",
  warning: "M12 4l9 16H3zM12 10v4M12 17v.01",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  up: "M5 15l7-7 7 7",
  play: "M7 4l12 8-12 8z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  undo: "M9 14L4 9l5-5M4 9h9a6.500 6.500 0 0 1 0 13h-3",
  redo: "M15 14l5-5-5-5M20 9h-9a6.500 6.500 0 0 0 0 13h3",
  tidy: "M4 4h6v6H4zM14 4h6v6h-6zM9 14h6v6H9zM7 10v2h10v-2M12 12v2",
  tag: "M4 4h8l8 8-8 8-8-8zM8.500 8.500h.01",
  user: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21a8 8 0 0 1 16 0",
  team: "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.500 19a5.500 5.500 0 0 1 11 0M14.500 14a5.500 5.500 0 0 1 7 5",
  phone: "M7 3h10v18H7zM11 18h2",
  call: "M5 4h4l2 5-2.500 1.500a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A15 15 0 0 1 3 6a2 2 0 0 1 2-2z",
  key: "M8 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 12h9M18 12v4M15 12v3",
  snooze: "M12 21a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM10 10h4l-4 6h4M4 4L2 6M20 4l2 2",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  upload: "M12 16V4M7 9l5-5 5 5M5 20h14",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  image: "M4 5h16v14H4zM4 16l5-5 5 5 2-2 4 4M15.500 9h.01",
  video: "M3 6h12v12H3zM15 10l6-3v10l-6-3z",
  location: "M12 21s7-6.500 7-12a7 7 0 0 0-14 0c0 5.500 7 12 7 12zM12 11a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  link: "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-6-6l-1.500 1.500M14 10a4 4 0 0 0-6-.5l-3 3a4 4 0 0 0 6 6l1.500-1.500",
  shield: "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z",
  channel: "M5 4h14v4H5zM5 10h14v4H5zM5 16h14v4H5zM8 6h.01M8 12h.01M8 18h.01",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  data: "M12 10c4.400 0 8-1.300 8-3s-3.600-3-8-3-8 1.300-8 3 3.600 3 8 3zM4 7v10c0 1.700 3.600 3 8 3s8-1.300 8-3V7M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 1H4zM10 21h4",
  "sign-out": "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  help: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.300-1 .8-1 1.700M12 16.500v.01",
  eye: "M2 12s4-7 10-7 10 7 10 7-4 7-10 7-10-7-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  filter: "M4 5h16l-6 8v6l-4-2v-4z",
  refresh: "M20 11a8 8 0 1 0-1 5M20 5v6h-6",
  moon: "M20 14a8 8 0 1 1-10-10 6.500 6.500 0 0 0 10 10z",
  branch: "M6 4v16M6 12h6a4 4 0 0 0 4-4V5M13 7l3-3 3 3",
  history: "M4 12a8 8 0 1 0 2.500-5.800L4 8.500M4 4v4.500h4.500M12 8v4l3 2",
} as const;

export type IconName = keyof typeof PATHS;

/** A picture beside a text, or in a control that has a label: by itself it says nothing to a screen reader. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
