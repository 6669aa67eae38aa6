/** The dispatch board's words. */
export const ja = {
  title: "手配ボード",
};
