import type { Language, NewUser, PersonView, Role, UserChange } from "$lib/api/types";

export const ROLES: readonly Role[] = ["operator", "dispatcher", "technician", "customer", "admin"];
export const LANGUAGES: readonly Language[] = ["ja", "en"];

/** What stands in the form of a person. */
export interface PersonDraft {
  login: string;
  name: string;
  role: Role;
  language: Language;
  territory_id: string;
  technician_id: string;
  customer_id: string;
  active: boolean;
}

export const draftOf = (person: PersonView | null): PersonDraft => ({
  login: person?.login ?? "",
  name: person?.name ?? "",
  role: person?.role ?? "operator",
  language: person?.language ?? "ja",
  territory_id: person?.territory_id ?? "",
  technician_id: person?.technician_id ?? "",
  customer_id: person?.customer_id ?? "",
  active: person?.active ?? true,
});

/** Only the record that the role needs goes along; a leftover of another role would be refused. */
function fields(draft: PersonDraft): Omit<NewUser, "password"> {
  return {
    login: draft.login.trim(),
    name: draft.name.trim(),
    role: draft.role,
    language: draft.language,
    territory_id: draft.role === "customer" ? null : draft.territory_id || null,
    technician_id: draft.role === "technician" ? draft.technician_id || null : null,
    customer_id: draft.role === "customer" ? draft.customer_id || null : null,
  };
}

export const newUserOf = (draft: PersonDraft, password: string): NewUser => ({ ...fields(draft), password });

export const changeOf = (draft: PersonDraft, standing: PersonView): UserChange => ({ ...fields(draft), active: draft.active, version: standing.version });

/** Those whom a search means: the words are parts of the name, the log-in or the company. */
export function findPeople(people: readonly PersonView[], wanted: string, gone: boolean): PersonView[] {
  const needle = wanted.trim().toLowerCase();
  return people.filter(
    (person) =>
      (gone || person.active) &&
      [person.name, person.login, person.customer_name ?? "", person.technician_name ?? ""].some((text) => text.toLowerCase().includes(needle)),
  );
}
