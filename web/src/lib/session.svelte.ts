import { api } from "./api/api";
import { newOperation } from "./api/operation";
import type { Me } from "./api/types";
import { hasChoice, language } from "./language.svelte";

export { homes } from "./homes";

/** Milliseconds to add to this device's clock to get the server's; ages and countdowns use the server's time. */
let skewMs = 0;

export function setServerTime(instant: string): void {
  skewMs = new Date(instant).getTime() - Date.now();
}

export function serverNow(): number {
  return Date.now() + skewMs;
}

/** Who is logged in; sends to the log-in page when nobody is. */
export async function whoAmI(): Promise<Me> {
  const me = await api.me();
  setServerTime(me.server_time);
  if (!hasChoice()) language.set(me.language);
  return me;
}

export async function logOut(): Promise<void> {
  await api.logOut(newOperation()).catch(() => undefined);
  location.assign("/login");
}
