import type { Place } from "$lib/api/types";

/** The address that opens a phone's own way-finding app at a place: Apple's maps there, `geo:` (RFC 5870) elsewhere. */
export function navigationLink(place: Place, name: string, agent: string = navigator.userAgent): string {
  const at = `${place.lat.toFixed(6)},${place.lon.toFixed(6)}`;
  if (/iPhone|iPad|Macintosh/.test(agent)) return `https://maps.apple.com/?daddr=${at}&dirflg=d`;
  return `geo:${at}?q=${at}(${encodeURIComponent(name)})`;
}
