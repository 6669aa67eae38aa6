import type { Role } from "./api/types";

/** Where each role works. */
export const homes: Record<Role, string> = {
  operator: "/desk",
  dispatcher: "/board",
  technician: "/tech",
  customer: "/portal",
  admin: "/admin",
};
