/** The most that this process had in memory so far, its threads included, in megabytes (2^20). */
export function peakMemory(): number {
  return process.resourceUsage().maxRSS / 1024;
}
