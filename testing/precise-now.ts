/** Now, in milliseconds since the epoch with fractions. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();
