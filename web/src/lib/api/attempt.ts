import { newOperation } from "./operation";
import { NoAnswerError } from "./problem";

/**
 * The operation id of what a form sends. It stays the same while nobody knows whether the last try arrived, so that
 * pressing the button again has no second effect; an answer, or other words in the form, make it another action.
 */
export class Attempt {
  #last: { said: string; operation: string } | null = null;

  constructor(readonly fresh: () => string = newOperation) {}

  async send<T>(body: unknown, command: (operation: string) => Promise<T>): Promise<T> {
    const said = JSON.stringify(body);
    if (this.#last?.said !== said) this.#last = { said, operation: this.fresh() };
    try {
      const answer = await command(this.#last.operation);
      this.#last = null;
      return answer;
    } catch (problem) {
      if (!(problem instanceof NoAnswerError)) this.#last = null;
      throw problem;
    }
  }
}
