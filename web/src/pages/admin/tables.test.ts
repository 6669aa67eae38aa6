import { expect, it } from "vitest";
import type { RowFault } from "$lib/api/types";
import { faultsCsv, sizeOf } from "./tables";

const fault = (row: number, column: string, ja: string, en: string): RowFault => ({ row, line: row + 1, column, code: "import.cell", ja, en });
const HEAD = ["行", "ファイルの行", "列", "コード", "理由"];

it("every fault is a row, in the reader's language", () => {
  const faults = [fault(2, "count", "数ではありません", "no number"), fault(5, "", "列が足りません", "too few columns")];
  expect(faultsCsv(faults, HEAD, true)).toBe(
    "\u{feff}行,ファイルの行,列,コード,理由\r\n2,3,count,import.cell,数ではありません\r\n5,6,,import.cell,列が足りません\r\n",
  );
  expect(faultsCsv(faults, HEAD, false)).toContain("2,3,count,import.cell,no number\r\n");
});

it("what would break a row stands in quotes", () => {
  expect(faultsCsv([fault(1, "name", 'x, "y"', "")], HEAD, true)).toContain('1,2,name,import.cell,"x, ""y"""\r\n');
});

it("sizes are told as far as they matter", () => {
  expect([0, 999, 4_200, 64_000_000].map(sizeOf)).toEqual(["0 B", "999 B", "4.2 kB", "64 MB"]);
});
