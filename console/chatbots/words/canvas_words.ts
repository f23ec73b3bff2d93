import { catalogue } from "../../words/language.ts";

/** What the canvas says to screen readers, by its own names. */
export const canvasWords = catalogue(
  {
    "node.a11yDescription.default":
      "Press Enter to open the node, and the arrow keys to move it when it is selected.",
    "node.a11yDescription.keyboardDisabled": "Press Enter to open the node.",
    "edge.a11yDescription.default": "Press Delete to remove the connection.",
    "controls.ariaLabel": "Zoom",
    "controls.zoomIn.ariaLabel": "Zoom in",
    "controls.zoomOut.ariaLabel": "Zoom out",
    "controls.fitView.ariaLabel": "Show everything",
    "minimap.ariaLabel": "Overview",
    "handle.ariaLabel": "Connection point",
  },
  {
    "node.a11yDescription.default": "Açmak için Enter'a, seçiliyken taşımak için ok tuşlarına basın.",
    "node.a11yDescription.keyboardDisabled": "Düğümü açmak için Enter'a basın.",
    "edge.a11yDescription.default": "Bağlantıyı silmek için Delete'e basın.",
    "controls.ariaLabel": "Yakınlaştırma",
    "controls.zoomIn.ariaLabel": "Yakınlaştır",
    "controls.zoomOut.ariaLabel": "Uzaklaştır",
    "controls.fitView.ariaLabel": "Tümünü göster",
    "minimap.ariaLabel": "Genel bakış",
    "handle.ariaLabel": "Bağlantı noktası",
  },
);
