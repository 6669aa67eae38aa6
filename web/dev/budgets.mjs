/** What a page may weigh and take: script at the first load in kB of 1,000 bytes, gzipped; largest paint in ms. */
export const budgets = {
  home: { script: 25, lcp: 1_500 },
  login: { script: 40, lcp: 1_500 },
  desk: { script: 120, lcp: 1_500 },
  board: { script: 150, lcp: 2_500 },
  tech: { script: 80, lcp: 2_000 },
  portal: { script: 120, lcp: 2_000 },
  admin: { script: 120, lcp: 2_000 },
  track: { script: 25, lcp: 1_500 },
};
