import { api } from "$lib/api/api";
import type { CallBackRow, Caller, CallerContract, Pop, Telephone } from "$lib/api/types";
import { live } from "$lib/live.svelte";
import type { Heard } from "./draft.svelte";

/** Whoever may be calling, under one of the contracts. */
export interface Choice {
  caller: Caller;
  contract: CallerContract;
  heard: Heard;
}

export const heardOf = (pop: Pop | CallBackRow, caller: Caller | null): Heard => ({
  id: pop.call.id,
  contactId: caller?.contact_id ?? null,
  number: pop.call.number,
  since: pop.call.answered_at ?? pop.call.rang_at,
});

/** Contracts in the order in which they are offered: of each customer those in force first. */
export const choicesOf = (pop: Pop): Choice[] =>
  pop.callers.flatMap((caller) => caller.contracts.map((contract) => ({ caller, contract, heard: heardOf(pop, caller) })));

/** The operator's telephone: what rings, and whom to call back. */
export class Phone {
  connected = $state(false);
  extension = $state<string | null>(null);
  pops = $state.raw<Pop[]>([]);
  callBacks = $state.raw<CallBackRow[]>([]);
  error = $state<unknown>(null);
  /** Calls whose banner the operator has closed. */
  hidden = $state<string[]>([]);
  #asked = 0;
  #user = $state("");

  readonly shown = $derived(this.pops.filter(({ call }) => !this.hidden.includes(call.id)));
  /** Of the newest call. */
  readonly choices = $derived(this.shown[0] ? choicesOf(this.shown[0]) : []);
  /** The call that the operator speaks in, while nobody is known by its number and nothing is saved of it. */
  readonly stranger = $derived.by(() => {
    const pop = this.shown.find(({ call }) => call.answered_by === this.#user);
    return pop && !pop.callers.length && !pop.contacts.length ? heardOf(pop, null) : null;
  });

  listen(user: string): void {
    this.#user = user;
    // The snapshot is fetched once the topic is joined, so no call falls between the two.
    live.client.subscribe(`agent:${user}`, null, { snapshot: () => this.look(), event: () => void this.look() });
    live.client.subscribe("desk:duties", null, { snapshot: () => this.lookBack(), event: () => void this.lookBack() });
  }

  async look(): Promise<null> {
    const mine = (this.#asked += 1);
    try {
      const telephone = await api.telephone();
      if (mine === this.#asked) this.#show(telephone);
    } catch (problem) {
      if (mine === this.#asked) this.error = problem;
    }
    return null;
  }

  #show(telephone: Telephone): void {
    this.connected = telephone.connected;
    this.extension = telephone.extension;
    this.pops = telephone.calls;
    this.hidden = this.hidden.filter((id) => telephone.calls.some(({ call }) => call.id === id));
    this.error = null;
  }

  async lookBack(): Promise<null> {
    try {
      this.callBacks = await api.callBacks();
    } catch (problem) {
      this.error = problem;
    }
    return null;
  }
}
