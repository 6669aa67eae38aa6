import { words } from "$lib/language.svelte";
import type { Words } from "$lib/texts/words";

const ja = {
  title: "お客様ポータル",
  contract: "契約",
  until: (date: string) => `${date} まで`,
  openIssues: "対応中の要件",
  noOpen: "対応中の要件はありません",
  noContracts: "契約がありません。担当窓口へお問い合わせください。",
  share: "履歴は同じ会社の方みなさまでご覧になれます。",
  views: { overview: "概要", wallet: "ウォレット", statement: "明細", approvals: "承認", root: "照合" },
  toWallet: "期限・ロット・ご利用条件を見る",
  toStatement: "明細を見る",
};

const en = {
  title: "Customer portal",
  contract: "Contract",
  until: (date: string) => `until ${date}`,
  openIssues: "Open issues",
  noOpen: "No open issues",
  noContracts: "There is no contract. Please contact our desk.",
  share: "Everybody in your company sees the same history.",
  views: { overview: "Overview", wallet: "Wallet", statement: "Statement", approvals: "Approvals", root: "Root" },
  toWallet: "See expiry, lots and terms",
  toStatement: "See the statement",
} satisfies Words<typeof ja>;

export const portalWords = (): typeof ja => words(ja, en);
