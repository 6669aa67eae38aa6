import type { Role } from "./api/types";

/** Where each role works. */
export const homes: Record<Role, string> = {
  operator: "/desk",
  dispatcher: "/board",
  technician: "/tech",
  customer: "/portal",
  admin: "/admin",
};

/** Who may open which page: the office looks at each other's screens, each at his part of the
 * reports; everybody else has one. */
const OPEN_TO: Record<string, readonly Role[]> = {
  "/desk": ["operator", "dispatcher", "admin"],
  "/board": ["operator", "dispatcher", "admin"],
  "/tech": ["technician"],
  "/portal": ["customer"],
  "/admin": ["operator", "dispatcher", "admin"],
};

/** Whether a role works on the page at this path, or may look at it; pages for everybody are open to all. */
export function mayOpen(role: Role, path: string): boolean {
  return OPEN_TO[path]?.includes(role) ?? true;
}
