/**
 * The name of one user action. It is made before the first attempt and kept over every retry, so that a command that
 * arrived twice (or whose answer was lost) has one effect.
 */
export function newOperation(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  // RFC 9562: the version and variant bits of a random UUID.
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return `op_${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
