import { words } from "$lib/language.svelte";
import type { Words } from "$lib/texts/words";

const ja = {
  title: "ログイン",
  lead: "現場への手配と到着予定を、受付・手配・技術員・お客様が同じ画面の数字で。",
  login: "ログイン名",
  password: "パスワード",
  show: "パスワードを表示",
  go: "ログイン",
  going: "確認中…",
  needBoth: "ログイン名とパスワードを入力してください。",
};

const en = {
  title: "Log in",
  lead: "Dispatch and arrival times: desk, dispatcher, technician and customer read the same numbers.",
  login: "Login name",
  password: "Password",
  show: "Show password",
  go: "Log in",
  going: "Checking…",
  needBoth: "Please enter your login name and password.",
} satisfies Words<typeof ja>;

export const loginWords = (): typeof ja => words(ja, en);
