// What follows from a threshold: pure, so that tests can read it.

/** A threshold with the share of negatives named by mistake and the share of positives found. */
export type Point = readonly [threshold: number, falseAlarms: number, found: number];
export type Outcome = { truePositives: number; falsePositives: number; falseNegatives: number; trueNegatives: number; precision: number; recall: number; accuracy: number; cost: number };

/** The four counts and what they come to, of so many positives and negatives. The cost is for 1,000 rows. */
export function outcome(point: Point, positives: number, negatives: number, falseAlarmCost: number, missCost: number): Outcome {
  const truePositives = point[2] * positives;
  const falsePositives = point[1] * negatives;
  const falseNegatives = positives - truePositives;
  const trueNegatives = negatives - falsePositives;
  const named = truePositives + falsePositives;
  const rows = positives + negatives;
  return {
    truePositives, falsePositives, falseNegatives, trueNegatives,
    precision: named > 0 ? truePositives / named : NaN, recall: positives > 0 ? truePositives / positives : NaN, accuracy: rows > 0 ? (truePositives + trueNegatives) / rows : NaN,
    cost: rows > 0 ? (1000 * (falsePositives * falseAlarmCost + falseNegatives * missCost)) / rows : NaN,
  };
}

/** The place of the point that costs least; of equal ones the highest threshold, which names fewest. */
export function cheapest(points: readonly Point[], positives: number, negatives: number, falseAlarmCost: number, missCost: number): number {
  let best = 0;
  let least = Infinity;
  points.forEach((point, at) => {
    const { cost } = outcome(point, positives, negatives, falseAlarmCost, missCost);
    if (cost < least - 1e-12) [best, least] = [at, cost];
  });
  return best;
}

/** The place of the point whose threshold is nearest. */
export function nearest(points: readonly Point[], threshold: number): number {
  let best = 0;
  points.forEach((point, at) => {
    if (Math.abs(point[0] - threshold) < Math.abs(points[best]![0] - threshold)) best = at;
  });
  return best;
}
