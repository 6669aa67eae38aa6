import { expect, it } from "vitest";
import type { PersonView } from "$lib/api/types";
import { oneTimePassword } from "./password";
import { changeOf, draftOf, findPeople, newUserOf } from "./people";

const person = (login: string, more: Partial<PersonView> = {}): PersonView => ({
  id: `usr_${login}`, login, name: login, role: "operator", language: "ja", territory_id: null, technician_id: null, technician_name: null,
  customer_id: null, customer_name: null, active: true, version: 4, ...more,
});

it("only the record that the role needs goes along", () => {
  const draft = { ...draftOf(null), login: " op2 ", name: "山本 恵", technician_id: "tec_1", customer_id: "cus_1", territory_id: "ter_1" };
  expect(newUserOf(draft, "secret")).toEqual({
    login: "op2", name: "山本 恵", role: "operator", language: "ja", territory_id: "ter_1", technician_id: null, customer_id: null, password: "secret",
  });
  expect(newUserOf({ ...draft, role: "technician" }, "").technician_id).toBe("tec_1");
  const contact = newUserOf({ ...draft, role: "customer" }, "");
  expect([contact.customer_id, contact.technician_id, contact.territory_id]).toEqual(["cus_1", null, null]);
});

it("a change names the version that was seen", () => {
  const standing = person("op1", { territory_id: "ter_2" });
  const change = changeOf({ ...draftOf(standing), active: false }, standing);
  expect([change.version, change.active, change.territory_id]).toEqual([4, false, "ter_2"]);
});

it("people are found by name, log-in or company; who has left only when wanted", () => {
  const all = [person("op1", { name: "山本 恵" }), person("c1", { customer_name: "渚ビル管理" }), person("old", { active: false })];
  expect(findPeople(all, "渚", false).map(({ login }) => login)).toEqual(["c1"]);
  expect(findPeople(all, " OP1 ", false).map(({ login }) => login)).toEqual(["op1"]);
  expect(findPeople(all, "", false)).toHaveLength(2);
  expect(findPeople(all, "", true)).toHaveLength(3);
});

it("a one-time password is in groups, has no letters that look alike, and favours none", () => {
  const made = oneTimePassword();
  expect(made).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
  expect(made).not.toMatch(/[ilo01]/);
  expect(oneTimePassword()).not.toBe(made);
  let next = 0;
  // 255 and 254 lie above the last whole round and are passed over.
  expect(oneTimePassword((bytes) => bytes.map(() => [255, 0, 254, 30][next++ % 4]!))).toBe("a9a9-a9a9-a9a9-a9a9");
});
