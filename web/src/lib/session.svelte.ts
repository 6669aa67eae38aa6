import { api } from "./api/api";
import { newOperation } from "./api/operation";
import type { Me, ServerClock } from "./api/types";
import { ServerTime } from "./clock";
import { homes, mayOpen } from "./homes";
import { hasChoice, language } from "./language.svelte";

export { homes } from "./homes";

/** The server's clock; until it was heard, this device's own. */
const time = new ServerTime();
export const hearClock = (clock: ServerClock): void => time.hear(clock);
export const serverNow = (): number => time.now();

/**
 * Who is logged in; sends to the log-in page when nobody is, and to his own page whoever has nothing to do on this one.
 * Then it never answers: a page that is about to be left must not begin to ask for what it is refused.
 */
export async function whoAmI(): Promise<Me> {
  const me = await api.me();
  if (!mayOpen(me.role, location.pathname)) {
    location.replace(homes[me.role]);
    return new Promise(() => undefined);
  }
  hearClock(me.clock);
  if (!hasChoice()) language.set(me.language);
  return me;
}

export async function logOut(): Promise<void> {
  await api.logOut(newOperation()).catch(() => undefined);
  location.assign("/login");
}
