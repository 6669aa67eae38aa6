import "$src/styles/base.css";
import { mount, type Component } from "svelte";

/** Puts a page's root component into its place. */
export function startPage(root: Component): void {
  const target = document.getElementById("app");
  if (!target) throw new Error("the page has no place for the app");
  mount(root, { target });
}
