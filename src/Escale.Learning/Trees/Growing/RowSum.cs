using System.Runtime.Intrinsics;

namespace Escale.Learning.Trees.Growing;

/// <summary>What a row adds to the sums of its node: its weight, and its weight times its target. Small rows are fast rows: memory is what a forest waits for.</summary>
internal interface IRowSum<TSelf>
    where TSelf : unmanaged, IRowSum<TSelf>
{
    double Weight { get; }

    double Sum { get; }

    /// <summary>Whether no row was added.</summary>
    bool IsEmpty { get; }

    /// <summary>Whether sums are of whole numbers, the same in any order and by taking one side from all.</summary>
    static abstract bool IsExact { get; }

    static abstract TSelf Of(double weight, double target);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    /// <summary>The value itself when <paramref name="taken"/> is 1, nothing when it is 0; without a branch, which would be a coin toss.</summary>
    static abstract TSelf If(TSelf value, int taken);
}

/// <summary>Any weights and targets.</summary>
internal readonly struct WeightedSum(Vector128<double> pair) : IRowSum<WeightedSum>
{
    private readonly Vector128<double> _pair = pair;

    public double Weight => _pair.ToScalar();

    public double Sum => _pair.GetElement(1);

    public bool IsEmpty => !(Weight > 0);

    public static bool IsExact => false;

    public static WeightedSum operator +(WeightedSum left, WeightedSum right) => new(left._pair + right._pair);

    public static WeightedSum operator -(WeightedSum left, WeightedSum right) => new(left._pair - right._pair);

    public static WeightedSum If(WeightedSum value, int taken) => new(value._pair & Vector128.Create(-(long)taken).AsDouble());

    public static WeightedSum Of(double weight, double target) => new(Vector128.Create(weight, weight * target));
}

/// <summary>Rows that count a whole number of times, with a target of 0 or 1: both counts in one number.</summary>
internal readonly struct CountedSum(long packed) : IRowSum<CountedSum>
{
    private readonly long _packed = packed;

    public double Weight => (int)(_packed >> 32);

    public double Sum => (int)_packed;

    public bool IsEmpty => _packed == 0;

    public static bool IsExact => true;

    public static CountedSum operator +(CountedSum left, CountedSum right) => new(left._packed + right._packed);

    public static CountedSum operator -(CountedSum left, CountedSum right) => new(left._packed - right._packed);

    public static CountedSum If(CountedSum value, int taken) => new(value._packed & -(long)taken);

    public static CountedSum Of(double weight, double target) => new(((long)weight << 32) + (target > 0 ? (long)weight : 0));
}

/// <summary>A weight and a class, not summed but kept for each row.</summary>
internal readonly struct ClassedRow(double weight, int of) : IRowSum<ClassedRow>
{
    public double Weight { get; } = weight;

    public int Class { get; } = of;

    public double Sum => Weight;

    public bool IsEmpty => !(Weight > 0);

    public static bool IsExact => false;

    public static ClassedRow operator +(ClassedRow left, ClassedRow right) => new(left.Weight + right.Weight, left.Class);

    public static ClassedRow operator -(ClassedRow left, ClassedRow right) => new(left.Weight - right.Weight, left.Class);

    public static ClassedRow If(ClassedRow value, int taken) => new(value.Weight * taken, value.Class);

    public static ClassedRow Of(double weight, double target) => new(weight, (int)target);
}
