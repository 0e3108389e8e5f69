import { expect, test } from "vitest";
import { sorted } from "../../web/js/convert/model.js";

test("what was made is told apart from what was ignored", () => {
  const report = ["1 A -> ArmatureX", "1 A: width is ignored: none", "2 B remains: it has no counterpart"];
  expect(sorted(report)).toEqual({ made: [report[0]], notes: report.slice(1) });
});
