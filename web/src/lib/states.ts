import type { VisitState } from "./api/types";

/** How a state looks: a colour of the palette and a shape that tells it without colour. Paths fill a 16 × 16 box. */
export interface Look {
  color: string;
  shape: string;
  /** Drawn as an outline, not filled. */
  hollow?: boolean;
}

const circle = "M8 2a6 6 0 1 0 0 12A6 6 0 1 0 8 2Z";

export const visitLooks: Record<VisitState, Look> = {
  planned: { color: "--oi-grey", shape: circle, hollow: true },
  offered: { color: "--oi-sky", shape: circle, hollow: true },
  dispatched: { color: "--oi-sky", shape: circle },
  accepted: { color: "--oi-blue", shape: "M2 3h12v10H2Z" },
  declined: { color: "--oi-vermilion", shape: "M3 5 5 3l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3Z" },
  en_route: { color: "--oi-orange", shape: "M3 2 14 8 3 14Z" },
  arrived: { color: "--oi-purple", shape: "M8 1 15 8 8 15 1 8Z" },
  working: { color: "--oi-green", shape: "M8 1l1.6 4.6L14.5 5l-3.2 3 3.2 3-4.9-.6L8 15l-1.6-4.6L1.5 11l3.2-3-3.2-3 4.9.6Z" },
  paused: { color: "--oi-yellow", shape: "M3 2h4v12H3ZM9 2h4v12H9Z" },
  done: { color: "--oi-green", shape: "M2 8.5 4 6.5 6.5 9 12 3l2 2-7.5 8Z" },
  needs_revisit: { color: "--oi-vermilion", shape: "M8 2 15 14H1Z" },
  no_access: { color: "--oi-vermilion", shape: "M2 6h12v4H2Z" },
  cancelled: { color: "--oi-grey", shape: "M3 5 5 3l3 3 3-3 2 2-3 3 3 3-2 2-3-3-3 3-2-2 3-3Z" },
};
