using System.Numerics;
using System.Runtime.CompilerServices;
using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>Python's operators on template values.</summary>
internal static partial class Operators
{
    private const int MaxBits = 200_000;

    public static bool IsTrue(Evaluation evaluation, object? value) => value switch
    {
        null => false,
        bool flag => flag,
        long number => number != 0,
        BigInteger big => !big.IsZero,
        double real => real != 0,
        string text => text.Length > 0,
        JinjaMarkup markup => markup.Text.Length > 0,
        JinjaUndefined { Mode: UndefinedMode.Strict } undefined => throw undefined.Failure(evaluation),
        JinjaObject thing => thing.IsTrue,
        _ => true,
    };

    public static object Shrink(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (long)value : value;

    public static object? Negate(Evaluation evaluation, object? value) => Number(value) switch
    {
        long number => Shrink(-(BigInteger)number),
        BigInteger big => Shrink(-big),
        double real => -real,
        _ => throw Refuse(evaluation, $"bad operand type for unary -: '{Representation.TypeName(Defined(evaluation, value))}'"),
    };

    public static object? Plus(Evaluation evaluation, object? value) => Number(value)
        ?? throw Refuse(evaluation, $"bad operand type for unary +: '{Representation.TypeName(Defined(evaluation, value))}'");

    public static object? Binary(Evaluation evaluation, string symbol, object? left, object? right)
    {
        Defined(evaluation, left);
        Defined(evaluation, right);
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return Arithmetic(evaluation, symbol, a, b);
        }
        var special = left is JinjaObject one ? one.Operate(symbol, right, isLeft: true) : NativeFunction.Missing;
        special = ReferenceEquals(special, NativeFunction.Missing) && right is JinjaObject two ? two.Operate(symbol, left, isLeft: false) : special;
        if (!ReferenceEquals(special, NativeFunction.Missing))
        {
            return special;
        }
        return symbol switch
        {
            "+" => Add(evaluation, left, right),
            "*" => Multiply(evaluation, left, right),
            "%" when left is string or JinjaMarkup => left is JinjaMarkup markup
                ? new JinjaMarkup(PercentFormat.Format(evaluation, markup.Text, right))
                : PercentFormat.Format(evaluation, (string)left, right),
            "-" when left is JinjaSet from && right is JinjaSet gone => new JinjaSet(from.Where(item => !gone.Contains(item))),
            _ => null,
        } ?? throw Unsupported(evaluation, symbol, left, right);
    }

    /// <summary>The number that a value counts as (booleans do), or null.</summary>
    public static object? Number(object? value) => value switch
    {
        bool flag => flag ? 1L : 0L,
        long or BigInteger or double => value,
        _ => null,
    };

    public static BigInteger? Whole(object? value) => value switch
    {
        bool flag => flag ? BigInteger.One : BigInteger.Zero,
        long number => number,
        BigInteger big => big,
        _ => null,
    };

    public static double Real(Evaluation evaluation, object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        double real => real,
        BigInteger big => double.IsInfinity((double)big) ? throw evaluation.Fail("arithmetic", "int too large to convert to float") : (double)big,
        _ => throw Refuse(evaluation, $"must be real number, not {Representation.TypeName(value)}"),
    };

    private static object Arithmetic(Evaluation evaluation, string symbol, object left, object right)
    {
        if (symbol == "**")
        {
            return Power(evaluation, left, right);
        }
        if (left is double || right is double || symbol == "/")
        {
            return RealArithmetic(evaluation, symbol, left, right);
        }
        if (left is long a && right is long b && Small(symbol, a, b) is { } result)
        {
            return result;
        }
        return WholeArithmetic(evaluation, symbol, Whole(left)!.Value, Whole(right)!.Value);
    }

    private static object? Small(string symbol, long a, long b) => symbol switch
    {
        "+" when unchecked(((a ^ (a + b)) & (b ^ (a + b))) >= 0) => a + b,
        "-" when unchecked(((a ^ b) & (a ^ (a - b))) >= 0) => a - b,
        "*" when Math.BigMul(a, b, out var low) is var high && (high == 0 && low >= 0 || high == -1 && low < 0) => low,
        _ => null,
    };

    private static object WholeArithmetic(Evaluation evaluation, string symbol, BigInteger a, BigInteger b)
    {
        evaluation.Charge(1 + ((a.GetBitLength() + b.GetBitLength()) / 64));
        if (symbol is "//" or "%" && b.IsZero)
        {
            throw evaluation.Fail("arithmetic", "integer division or modulo by zero");
        }
        if (symbol == "*" && a.GetBitLength() + b.GetBitLength() > MaxBits)
        {
            throw evaluation.TooLarge("a number");
        }
        return Shrink(symbol switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "//" => FloorDivide(a, b),
            _ => a - (FloorDivide(a, b) * b),
        });
    }

    private static BigInteger FloorDivide(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (b.Sign < 0) ? quotient - 1 : quotient;
    }

    private static object RealArithmetic(Evaluation evaluation, string symbol, object left, object right)
    {
        var a = Real(evaluation, left);
        var b = Real(evaluation, right);
        if (symbol is "/" or "//" or "%" && b == 0)
        {
            throw evaluation.Fail("arithmetic", symbol == "/" && left is not double ? "division by zero" : "float division by zero");
        }
        return symbol switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => Math.Floor(a / b),
            _ => Modulo(a, b),
        };
    }

    private static double Modulo(double a, double b)
    {
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    private static object Power(Evaluation evaluation, object left, object right)
    {
        if (Whole(left) is { } a && Whole(right) is { } b && b.Sign >= 0)
        {
            if (!a.IsZero && !a.IsOne && a != BigInteger.MinusOne && (b > MaxBits || a.GetBitLength() * (long)b > MaxBits))
            {
                throw evaluation.TooLarge("a number");
            }
            return Shrink(a.IsZero || a.IsOne || a == BigInteger.MinusOne
                ? b.IsZero ? 1 : a.Sign < 0 && b.IsEven ? 1 : a
                : BigInteger.Pow(a, (int)b));
        }
        var real = Real(evaluation, left);
        if (real == 0 && Real(evaluation, right) < 0)
        {
            throw evaluation.Fail("arithmetic", "0.0 cannot be raised to a negative power");
        }
        return Math.Pow(real, Real(evaluation, right));
    }

    private static object? Add(Evaluation evaluation, object? left, object? right)
    {
        switch (left, right)
        {
            case (string a, string b):
                evaluation.Allocate(a.Length + b.Length);
                return a + b;
            case (JinjaMarkup, string or JinjaMarkup) or (string, JinjaMarkup):
                return new JinjaMarkup(Html.Escape(evaluation, left) + Html.Escape(evaluation, right));
            case (JinjaList a, JinjaList b):
                evaluation.Allocate(a.Count + b.Count);
                return new JinjaList(a.Items.Concat(b.Items));
            case (JinjaTuple a, JinjaTuple b):
                evaluation.Allocate(a.Count + b.Count);
                return new JinjaTuple([.. a, .. b]);
            default:
                return null;
        }
    }

    private static object? Multiply(Evaluation evaluation, object? left, object? right)
    {
        var (sequence, times) = Whole(left) is { } before ? (right, before) : Whole(right) is { } after ? (left, after) : (null, 0);
        var length = sequence switch
        {
            string text => text.Length,
            JinjaMarkup markup => markup.Text.Length,
            JinjaList list => list.Count,
            JinjaTuple tuple => tuple.Count,
            _ => -1,
        };
        if (length < 0)
        {
            return null;
        }
        var count = length == 0 || times.Sign <= 0 ? 0 : times > int.MaxValue ? throw evaluation.TooLarge("a repeated value") : (int)times;
        evaluation.Allocate((long)count * length);
        return sequence switch
        {
            string text => string.Concat(Enumerable.Repeat(text, count)),
            JinjaMarkup markup => new JinjaMarkup(string.Concat(Enumerable.Repeat(markup.Text, count))),
            JinjaList list => new JinjaList(Enumerable.Repeat(list.Items, count).SelectMany(items => items)),
            _ => new JinjaTuple([.. Enumerable.Repeat((JinjaTuple)sequence!, count).SelectMany(items => items)]),
        };
    }

    private static object? Defined(Evaluation evaluation, object? value) =>
        value is JinjaUndefined undefined ? throw undefined.Failure(evaluation) : value;

    private static EscaleException Unsupported(Evaluation evaluation, string symbol, object? left, object? right) =>
        left is string && symbol == "+"
            ? Refuse(evaluation, $"can only concatenate str (not \"{Representation.TypeName(right)}\") to str")
            : Refuse(evaluation, $"unsupported operand type(s) for {symbol}: '{Representation.TypeName(left)}' and '{Representation.TypeName(right)}'");

    private static EscaleException Refuse(Evaluation evaluation, string message) => evaluation.Fail("type", message);

    private static bool Deep(int depth) => depth > 200 || !RuntimeHelpers.TryEnsureSufficientExecutionStack();
}
