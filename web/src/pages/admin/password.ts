/** Letters and digits that nobody takes for one another on paper or over the telephone. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP = 4;

/** A password to be read out once: some 79 bits, in groups. `random` fills an array with random bytes. */
export function oneTimePassword(random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>)): string {
  const letters: string[] = [];
  // Bytes above the last whole round of the alphabet would make its first letters more likely.
  const fair = 256 - (256 % LETTERS.length);
  while (letters.length < GROUPS * GROUP) {
    for (const byte of random(new Uint8Array(GROUPS * GROUP))) if (byte < fair) letters.push(LETTERS[byte % LETTERS.length]!);
  }
  return Array.from({ length: GROUPS }, (_, i) => letters.slice(i * GROUP, (i + 1) * GROUP).join("")).join("-");
}
