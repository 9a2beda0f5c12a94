/** How many cases a property test takes: the usual number, or OTVET_PROPERTY_RUNS of them to look deeper. */
export function runs(usual: number): number {
  return Number(process.env.OTVET_PROPERTY_RUNS ?? usual);
}
