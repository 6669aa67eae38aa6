import type { Role } from "./api/types";

/** Where each role works. */
export const homes: Record<Role, string> = {
  operator: "/desk",
  dispatcher: "/board",
  technician: "/tech",
  customer: "/portal",
  admin: "/admin",
};

/** Who may open which page: desk and dispatch look at each other's screen; everybody else has one. */
const OPEN_TO: Record<string, readonly Role[]> = {
  "/desk": ["operator", "dispatcher", "admin"],
  "/board": ["operator", "dispatcher", "admin"],
  "/tech": ["technician"],
  "/portal": ["customer"],
  "/admin": ["admin"],
};

/** Whether a role works on the page at this path, or may look at it; pages for everybody are open to all. */
export function mayOpen(role: Role, path: string): boolean {
  return OPEN_TO[path]?.includes(role) ?? true;
}
