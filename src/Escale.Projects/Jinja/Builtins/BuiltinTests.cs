using System.Numerics;

namespace Escale.Projects.Jinja;

/// <summary>Jinja's tests, after <c>is</c>.</summary>
internal static class BuiltinTests
{
    public static void Register(JinjaEnvironment environment)
    {
        void Add(string signature, Func<Evaluation, object?[], bool> body, params string[] names)
        {
            foreach (var name in names)
            {
                environment.AddTest(new(name, signature, (e, a) => body(e, a)));
            }
        }

        Add("value", (_, a) => a[0] is not JinjaUndefined, "defined");
        Add("value", (_, a) => a[0] is JinjaUndefined, "undefined");
        Add("value", (_, a) => a[0] is null, "none");
        Add("value", (_, a) => a[0] is bool, "boolean");
        Add("value", (_, a) => a[0] is true, "true");
        Add("value", (_, a) => a[0] is false, "false");
        Add("value", (_, a) => a[0] is long or BigInteger, "integer");
        Add("value", (_, a) => a[0] is double, "float");
        Add("value", (_, a) => a[0] is bool or long or BigInteger or double, "number");
        Add("value", (_, a) => a[0] is string or JinjaMarkup, "string");
        Add("value", (_, a) => a[0] is JinjaObject { IsMapping: true }, "mapping");
        Add("value", (_, a) => Operators.IsIterable(a[0]), "iterable");
        Add("value", (_, a) => a[0] is string or JinjaMarkup or JinjaList or JinjaTuple or JinjaDict or JinjaRange or JinjaUndefined, "sequence");
        Add("value", (_, a) => a[0] is JinjaObject { AsCallable: not null }, "callable");
        Add("value", (_, a) => a[0] is JinjaMarkup, "escaped");
        Add("value", (e, a) => Representation.Text(e, a[0]) is var text && text.Any(char.IsLetter) && !text.Any(char.IsUpper), "lower");
        Add("value", (e, a) => Representation.Text(e, a[0]) is var text && text.Any(char.IsLetter) && !text.Any(char.IsLower), "upper");
        Add("value", (e, a) => Remainder(e, a[0], 2L) != 0, "odd");
        Add("value", (e, a) => Remainder(e, a[0], 2L) == 0, "even");
        Add("value num", (e, a) => Remainder(e, a[0], a[1]) == 0, "divisibleby");
        Add("value other", (_, a) => Same(a[0], a[1]), "sameas");
        Add("value seq", (e, a) => Operators.Contains(e, a[1], a[0]), "in");
        Add("value", (e, a) => e.Environment.Filter(Representation.Text(e, a[0])) is not null, "filter");
        Add("value", (e, a) => e.Environment.Test(Representation.Text(e, a[0])) is not null, "test");
        foreach (var (symbol, names) in new[]
        {
            ("==", new[] { "==", "eq", "equalto" }), ("!=", ["!=", "ne"]), (">", [">", "gt", "greaterthan"]),
            (">=", [">=", "ge"]), ("<", ["<", "lt", "lessthan"]), ("<=", ["<=", "le"]),
        })
        {
            Add("a b", (e, a) => Operators.Holds(e, symbol, a[0], a[1]), names);
        }
    }

    private static double Remainder(Evaluation evaluation, object? value, object? divisor)
    {
        var rest = Operators.Binary(evaluation, "%", value, divisor);
        return Operators.Number(rest) is { } number ? Operators.Real(evaluation, number) : 1;
    }

    private static bool Same(object? left, object? right) => left is JinjaObject or JinjaMarkup
        ? ReferenceEquals(left, right)
        : left?.GetType() == right?.GetType() && Operators.AreEqual(left, right);
}
