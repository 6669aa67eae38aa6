import { api } from "$lib/api/api";
import { homes } from "$lib/session.svelte";

/** The front door: everybody goes to where their role works, strangers to the log-in. */
api
  .me()
  .then((me) => location.replace(homes[me.role]))
  .catch(() => location.replace("/login"));
