const CELLS = 24;

/** Such as `██████░░░░ 61 %`, for a share from 0 to 1. */
export function progressBar(share: number): string {
  const cells = Math.round(share * CELLS);
  return `${'█'.repeat(cells)}${'░'.repeat(CELLS - cells)} ${Math.floor(share * 100)} %`;
}

/** A whole number as people read it: `12,345`. */
export function number(value: number): string {
  return value.toLocaleString('en-US');
}
