import { SvelteSet } from "svelte/reactivity";
import { api } from "$lib/api/api";
import { newOperation } from "$lib/api/operation";
import type { BoardChange, ReplanOffer, ReplanRow, RowResult, WhatIf } from "$lib/api/types";
import { closed, opened } from "./plan";

/** After an event the page asks again whether the proposal still fits: so long it waits for what belongs together. */
const CALM_MS = 600;

/** The proposal for the running day of one territory, and what became of the rows that were approved. */
export class Replanning {
  offer = $state.raw<ReplanOffer | null>(null);
  results = $state.raw<ReadonlyMap<number, RowResult>>(new Map());
  /** Numbers of the rows that are ticked. */
  readonly ticked = new SvelteSet<number>();
  busy = $state(false);
  error = $state.raw<unknown>(null);
  supposed = $state.raw<WhatIf | null>(null);

  readonly rows = $derived<readonly ReplanRow[]>(this.offer?.plan.rows ?? []);
  readonly left = $derived(this.offer?.plan.left ?? []);
  /** Rows that are not made yet. */
  readonly open = $derived(this.rows.filter((row) => !this.results.get(row.number)?.done));

  #territory = "";
  #operation: { key: string; id: string } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Follows a territory; what was shown of another one goes. */
  async follow(territory: string): Promise<void> {
    if (territory !== this.#territory) {
      this.#territory = territory;
      this.#take(null);
    }
    if (territory) await this.refresh();
  }

  async refresh(): Promise<void> {
    const territory = this.#territory;
    try {
      const { offer } = await api.replan(territory);
      if (territory === this.#territory) this.#take(offer);
    } catch (problem) {
      if (territory === this.#territory) this.error = problem;
    }
  }

  /** Something happened on the board. */
  heard(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), CALM_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#territory = "";
  }

  /** Plans now. */
  ask(): Promise<void> {
    return this.#act(async () => this.#take(await api.askReplan(this.#territory)));
  }

  /** Makes the ticked rows, or all that are open. The same rows sent again without an answer are made once. */
  approve(all: boolean): Promise<RowResult[]> {
    const { offer } = this;
    const rows = this.open.map((row) => row.number).filter((number) => all || this.ticked.has(number));
    let made: RowResult[] = [];
    if (!offer || !rows.length) return Promise.resolve(made);
    const key = `${offer.proposal_id} ${rows.join()}`;
    if (this.#operation?.key !== key) this.#operation = { key, id: newOperation() };
    const { id } = this.#operation;
    return this.#act(async () => {
      const body = { territory_id: this.#territory, proposal_id: offer.proposal_id, rows, reason: null };
      made = (await api.approveReplan(body, id)).results;
      this.#operation = null;
      this.results = new Map([...this.results, ...made.map((result) => [result.number, result] as const)]);
      for (const { number } of made) this.ticked.delete(number);
    }).then(() => made);
  }

  suppose(changes: BoardChange[]): Promise<void> {
    return this.#act(async () => {
      this.supposed = null;
      this.supposed = await api.whatIf({ territory_id: this.#territory, changes });
    });
  }

  /** A row and the rows that it needs, or that need it, are ticked and unticked together. */
  tick(number: number, on: boolean): void {
    for (const one of on ? opened(this.rows, number) : closed(this.rows, number)) {
      if (on) this.ticked.add(one);
      else this.ticked.delete(one);
    }
  }

  #take(offer: ReplanOffer | null): void {
    const same = offer?.proposal_id === this.offer?.proposal_id;
    this.offer = offer;
    if (same) return;
    this.results = new Map();
    this.ticked.clear();
    this.error = null;
  }

  async #act(what: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = null;
    try {
      await what();
    } catch (problem) {
      this.error = problem;
    } finally {
      this.busy = false;
    }
  }
}
