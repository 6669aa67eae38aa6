import type { pages as ja } from "../ja/pages";
import type { Words } from "../words";

export const pages = {
  product: "Kaketsuke",
  noscript: "This screen needs JavaScript. Please switch it on in your browser's settings.",
  home: "Home",
  login: "Log in",
  desk: "Call desk",
  board: "Dispatch board",
  tech: "Today's visits",
  portal: "Customer portal",
  track: "Arrival of our technician",
} satisfies Words<typeof ja>;
