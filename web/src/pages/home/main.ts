import { homes } from "$lib/homes";
import type { Me } from "$lib/api/types";

/** The front door: everybody goes to where their role works, strangers to the log-in. */
fetch("/api/session")
  .then(async (answer) => location.replace(answer.ok ? homes[((await answer.json()) as Me).role] : "/login"))
  .catch(() => location.replace("/login"));
