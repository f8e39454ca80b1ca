namespace Escale.Learning.Trees.Growing;

/// <summary>A criterion that is a sum over classes, so that moving a row from one side to the other changes one term a side only.</summary>
internal interface IClassCriterion
{
    /// <summary>What a class of this weight adds.</summary>
    static abstract double Term(double classWeight);

    /// <summary>What a side is worth: more is purer.</summary>
    static abstract double Worth(double terms, double weight);

    /// <summary>Its impurity times its weight.</summary>
    static abstract double Impurity(double terms, double weight);
}

/// <summary>Gini impurity.</summary>
internal readonly struct GiniOfMany : IClassCriterion
{
    public static double Term(double classWeight) => classWeight * classWeight;

    public static double Worth(double terms, double weight) => terms / weight;

    public static double Impurity(double terms, double weight) => Math.Max(0, weight - terms / weight);
}

/// <summary>Entropy.</summary>
internal readonly struct EntropyOfMany : IClassCriterion
{
    public static double Term(double classWeight) => classWeight > 0 ? classWeight * Math.Log2(classWeight) : 0;

    public static double Worth(double terms, double weight) => terms - Term(weight);

    public static double Impurity(double terms, double weight) => Math.Max(0, Term(weight) - terms);
}
