// @ts-check
/** The report of a conversion, as the server writes it. */

/** Lines that only say what became what are apart from those on which something is ignored or remains. @param {string[]} report @returns {{ made: string[], notes: string[] }} */
export function sorted(report) {
  const made = report.filter((line) => line.includes(" -> "));
  return { made, notes: report.filter((line) => !line.includes(" -> ")) };
}
