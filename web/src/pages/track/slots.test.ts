import { describe, expect, it } from "vitest";
import type { TrackView } from "$lib/api/types";
import { pages as en } from "$lib/texts/en/pages";
import { pages as ja } from "$lib/texts/ja/pages";
import cases from "./cases.json";
import { slotsOf, stepsOf } from "./slots";

/** The same cases hold for the server's first state: `src/web/track.rs`. */
describe("what the customer reads", () => {
  for (const { story, language, now, view, slots, steps } of cases) {
    it(story, () => {
      const words = (language === "en" ? en : ja).words;
      expect(slotsOf(view as TrackView, words, Date.parse(now))).toEqual(slots);
      expect(stepsOf(view as TrackView, words).map((step) => [step.word, step.time, step.stage])).toEqual(steps);
    });
  }
});
