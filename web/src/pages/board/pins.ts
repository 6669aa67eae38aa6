import type { VisitState } from "$lib/api/types";
import { visitLooks } from "$lib/states";

/** Pictures are drawn at twice their size for sharp screens. */
const RATIO = 2;
const [WIDTH, HEIGHT] = [36, 24];

/** Names of pictures: the map asks for them by name when it first needs them. */
export const visitPin = (state: VisitState, order: number): string => `visit/${state}/${order}`;
export const orderPin = (priority: string): string => `order/${priority}`;

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function canvas(width: number, height: number): CanvasRenderingContext2D | null {
  const board = document.createElement("canvas");
  board.width = width * RATIO;
  board.height = height * RATIO;
  const pen = board.getContext("2d");
  pen?.scale(RATIO, RATIO);
  return pen;
}

function plate(pen: CanvasRenderingContext2D, fill: string, edge: string): void {
  pen.beginPath();
  pen.roundRect(1.5, 1.5, WIDTH - 3, HEIGHT - 3, 7);
  pen.fillStyle = fill;
  pen.fill();
  pen.lineWidth = 2;
  pen.strokeStyle = edge;
  pen.stroke();
}

function write(pen: CanvasRenderingContext2D, text: string, x: number, color: string): void {
  pen.fillStyle = color;
  pen.font = "700 12px system-ui, sans-serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(text, x, HEIGHT / 2 + 0.5);
}

/** Draws a picture by its name; null for a name that is not ours. */
export function drawPin(name: string): { image: ImageData; ratio: number } | null {
  const [kind, what, order] = name.split("/");
  const pen = canvas(WIDTH, HEIGHT);
  if (!pen || !what) return null;
  if (kind === "visit" && what in visitLooks) {
    const look = visitLooks[what as VisitState];
    const color = token(look.color);
    plate(pen, token("--raised"), color);
    pen.save();
    pen.translate(5, 5);
    pen.scale(14 / 16, 14 / 16);
    const shape = new Path2D(look.shape);
    pen.lineWidth = look.hollow ? 2.4 : 0.8;
    pen.strokeStyle = look.hollow ? color : token("--text");
    pen.fillStyle = color;
    if (!look.hollow) pen.fill(shape);
    pen.stroke(shape);
    pen.restore();
    write(pen, order ?? "", 27, token("--text"));
  } else if (kind === "order") {
    plate(pen, what === "P1" ? "#b33f00" : what === "P2" ? token("--oi-orange") : token("--accent"), token("--raised"));
    write(pen, what, WIDTH / 2, what === "P1" ? "#fff" : what === "P2" ? "#1a1200" : token("--on-accent"));
  } else return null;
  return { image: pen.getImageData(0, 0, WIDTH * RATIO, HEIGHT * RATIO), ratio: RATIO };
}
