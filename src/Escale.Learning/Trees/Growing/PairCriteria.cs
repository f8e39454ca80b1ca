using System.Runtime.Intrinsics;

namespace Escale.Learning.Trees.Growing;

/// <summary>A criterion that needs two sums of a node only: the weight, and the weight times the target (for two classes: that of the second).</summary>
internal interface IPairCriterion
{
    /// <summary>Whether the target is a class.</summary>
    static abstract bool IsForClasses { get; }

    /// <summary>What one side is worth; two sides' worth less their parent's is the gain of the split.</summary>
    static abstract double Worth(double weight, double sum);

    /// <summary>What two sides are worth together.</summary>
    static abstract double Worth(double leftWeight, double leftSum, double rightWeight, double rightSum);

    /// <summary>What <see cref="Worth(double, double)"/> is a multiple of when it is sum² ÷ weight, and then by how much; otherwise 0. Many sides can then be judged at once.</summary>
    static abstract double QuotientFactor { get; }

    /// <summary>What a row of weight 1 adds to the impurity before <see cref="Worth(double, double)"/> is taken off.</summary>
    static abstract double Term(double target);

    /// <summary>Impurity of a node times its weight.</summary>
    /// <param name="weight">Its weight.</param>
    /// <param name="sum">Weight times target.</param>
    /// <param name="terms">Weight times <see cref="Term"/>, summed.</param>
    static abstract double Impurity(double weight, double sum, double terms);
}

/// <summary>Gini impurity of two classes.</summary>
internal readonly struct GiniOfTwo : IPairCriterion
{
    public static bool IsForClasses => true;

    public static double QuotientFactor => 2;

    public static double Worth(double weight, double sum) => 2 * (sum * sum / weight);

    public static double Worth(double leftWeight, double leftSum, double rightWeight, double rightSum) =>
        2 * Squared.Worth(leftWeight, leftSum, rightWeight, rightSum);

    public static double Term(double target) => 0;

    public static double Impurity(double weight, double sum, double terms) => 2 * sum * (weight - sum) / weight;
}

/// <summary>Squared error.</summary>
internal readonly struct Squared : IPairCriterion
{
    public static bool IsForClasses => false;

    public static double QuotientFactor => 1;

    public static double Worth(double weight, double sum) => sum * sum / weight;

    public static double Worth(double leftWeight, double leftSum, double rightWeight, double rightSum)
    {
        var weights = Vector128.Create(leftWeight, rightWeight);
        var sums = Vector128.Create(leftSum, rightSum);
        return Vector128.Sum(sums * sums / weights);
    }

    public static double Term(double target) => target * target;

    public static double Impurity(double weight, double sum, double terms) => Math.Max(0, terms - sum * sum / weight);
}

/// <summary>Entropy of two classes.</summary>
internal readonly struct EntropyOfTwo : IPairCriterion
{
    public static bool IsForClasses => true;

    public static double QuotientFactor => 0;

    public static double Worth(double weight, double sum) => Times(sum) + Times(weight - sum) - Times(weight);

    public static double Worth(double leftWeight, double leftSum, double rightWeight, double rightSum) =>
        Worth(leftWeight, leftSum) + Worth(rightWeight, rightSum);

    public static double Term(double target) => 0;

    public static double Impurity(double weight, double sum, double terms) => Math.Max(0, -Worth(weight, sum));

    private static double Times(double x) => x > 0 ? x * Math.Log2(x) : 0;
}

/// <summary>Half the Poisson deviance.</summary>
internal readonly struct Poisson : IPairCriterion
{
    public static bool IsForClasses => false;

    public static double QuotientFactor => 0;

    // A side whose mean is 0 would predict that nothing ever happens, at an infinite deviance if it does.
    public static double Worth(double weight, double sum) => sum > 0 ? sum * Math.Log(sum / weight) : double.NegativeInfinity;

    public static double Worth(double leftWeight, double leftSum, double rightWeight, double rightSum) =>
        Worth(leftWeight, leftSum) + Worth(rightWeight, rightSum);

    public static double Term(double target) => target > 0 ? target * Math.Log(target) : 0;

    public static double Impurity(double weight, double sum, double terms) => sum > 0 ? Math.Max(0, terms - Worth(weight, sum)) : 0;
}
