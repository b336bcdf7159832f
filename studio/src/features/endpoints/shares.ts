import type { Model } from "./queries";

export type Percents = Record<string, number>;

export const percentsOf = (model: Model): Percents =>
  Object.fromEntries(
    model.versions.map((one) => [one, Math.round((model.shares[one] ?? 0) * 10_000) / 100]),
  );

export const totalOf = (percents: Percents): number =>
  Math.round(Object.values(percents).reduce((sum, one) => sum + one, 0) * 100) / 100;

/** Shares that add up to 1, without those of nothing. */
export const sharesOf = (percents: Percents): Record<string, number> =>
  Object.fromEntries(
    Object.entries(percents)
      .filter(([, one]) => one > 0)
      .map(([version, one]) => [version, one / 100]),
  );

/** Shares as one reads them: `v1 25 %, v2 75 %`. */
export const told = (shares: Record<string, number>): string =>
  Object.entries(shares)
    .map(([version, one]) => (one === 1 ? version : `${version} ${Math.round(one * 10_000) / 100} %`))
    .join(", ");
