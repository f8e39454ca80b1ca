namespace Escale.Learning.Trees;

/// <summary>What a forest says of its training rows, each judged only by the trees that did not learn from it (Breiman, 2001).</summary>
/// <param name="Outputs">Outputs as a predictor gives them, row after row. A row that every tree learned from has the mean of all such outputs.</param>
/// <param name="TreeCounts">How many trees judged each row; 0 only with few trees.</param>
/// <param name="Score">Accuracy for classes, R² for numbers, by the weights of the rows, over the rows that were judged; 0 when none was.</param>
public sealed record OutOfBag(double[] Outputs, int[] TreeCounts, double Score);
