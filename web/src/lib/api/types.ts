import type * as Schema from "./schema";

/**
 * The server's records as they travel, generated from its own description (`npm run types`), and the shorter names that
 * the screens have for some of them. Instants are RFC 3339 UTC strings, dates `YYYY-MM-DD`, spans in seconds (`_s`) or
 * minutes.
 */
export type * from "./schema";

export type Span = Schema.Window;
export type Place = Schema.Position;
/** A place in a topic's stream; with the topic's name it is a `Stream`. */
export type Cursor = Omit<Schema.Cursor, "topic">;
export type Stream = Schema.Cursor;

export type DeskHit = Schema.SearchHit;
export type Product = Schema.ProductView;
export type Territory = Schema.TerritoryView;
export type TicketRow = Schema.TicketView;
export type PastRepair = Schema.RepairView;
export type Asset = Schema.AssetView;
export type Site = Schema.SiteView;
export type BoardTechnician = Schema.TechnicianRow;
export type ProgressAction = Schema.Tap;
export type PositionsAnswer = Schema.PositionsAccepted;
export type MapInfo = Schema.MapView;
export type Report = Schema.ReportView;
export type TrackLink = Schema.TrackLinkView;
/** A journal entry; what its `data` holds depends on its kind. */
export type LiveEvent = Schema.Event & { data: Record<string, unknown> };
export type ServerFrame = Exclude<Schema.ServerFrame, { type: "event" }> | { type: "event"; topic: string; offset: number; event: LiveEvent };
