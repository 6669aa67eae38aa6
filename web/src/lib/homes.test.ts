import { expect, it } from "vitest";
import { homes, mayOpen } from "./homes";
import type { Role } from "./api/types";

it("sends nobody to a page that sends him on", () => {
  for (const [role, home] of Object.entries(homes)) expect(mayOpen(role as Role, home)).toBe(true);
});

it("keeps each to the pages of his work", () => {
  const check = (role: Role, path: string, expected: boolean): void => expect(mayOpen(role, path)).toBe(expected);
  check("customer", "/board", false);
  check("technician", "/desk", false);
  check("operator", "/tech", false);
  check("operator", "/board", true);
  check("dispatcher", "/desk", true);
  check("dispatcher", "/admin", true);
  check("customer", "/admin", false);
  check("technician", "/login", true);
});
