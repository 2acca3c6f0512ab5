/** Stamps count milliseconds; those of two openings within one are in no order. */
export async function laterThan(time: number): Promise<void> {
  while (Date.now() <= time) await new Promise((resolve) => setTimeout(resolve, 1));
}
