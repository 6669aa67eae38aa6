/** Texts that stand in the pages' HTML itself: titles, and the words that the tracking page's server side shares. */
export const pages = {
  product: "駆けつけ",
  noscript: "この画面には JavaScript が必要です。ブラウザーの設定で有効にしてください。",
  home: "ホーム",
  login: "ログイン",
  desk: "受付",
  board: "手配ボード",
  tech: "本日の訪問",
  portal: "お客様ポータル",
  track: "到着のご案内",
};
