using System.Numerics;
using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>Jinja's global functions: range, dict, namespace, cycler, joiner, lipsum.</summary>
internal static class BuiltinGlobals
{
    private static readonly string[] _words = (
        "a ac accumsan ad adipiscing aenean aliquam amet ante arcu at auctor augue bibendum blandit commodo condimentum congue consectetuer "
        + "consequat convallis cras cubilia cum curabitur dapibus diam dictum dignissim dis dolor donec dui duis egestas eget eleifend elit enim "
        + "erat eros est et etiam eu euismod facilisi fames faucibus felis fermentum feugiat fringilla fusce gravida habitant hac hendrerit iaculis "
        + "id imperdiet in integer ipsum justo lacus laoreet lectus leo libero ligula lorem luctus maecenas magna malesuada massa mattis mauris "
        + "metus mi molestie mollis montes morbi nam nec neque nibh nisi nisl non nulla nunc odio orci ornare pede pellentesque porta").Split(' ');

    public static void Register(JinjaEnvironment environment)
    {
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => environment.Globals[name] = new NativeFunction(name, signature, body);
        Add("range", "start stop=? step=1", Range);
        Add("dict", "other=? **named", (e, a) => Methods.Merge(e, [], a[0], (JinjaDict)a[1]!));
        Add("namespace", "other=? **named", (e, a) => new JinjaNamespace(Methods.Merge(e, [], a[0], (JinjaDict)a[1]!)));
        Add("cycler", "*items", (e, a) => a[0] is JinjaTuple { Count: > 0 } items ? new Cycler(items) : throw e.Fail("type", "at least one item has to be provided"));
        Add("joiner", "sep=',_'", (e, a) => new Joiner(Representation.Text(e, a[0])));
        Add("lipsum", "n=5 html=True min=20 max=100", Lipsum);
    }

    private static object? Range(Evaluation evaluation, object?[] arguments)
    {
        var single = ReferenceEquals(arguments[1], NativeFunction.Missing);
        BigInteger Whole(object? value) => Operators.Whole(value)
            ?? throw evaluation.Fail("type", $"'{Representation.TypeName(value)}' object cannot be interpreted as an integer");
        var start = single ? 0 : Whole(arguments[0]);
        var stop = Whole(arguments[single ? 0 : 1]);
        var step = Whole(arguments[2]);
        if (step.IsZero)
        {
            throw evaluation.Fail("value", "range() arg 3 must not be zero");
        }
        var count = BigInteger.Max(0, (stop - start + step - step.Sign) / step);
        var limit = evaluation.Environment.Options.Limits.MaxRange;
        return count > limit || BigInteger.Abs(start) > long.MaxValue / 2 || BigInteger.Abs(step) > int.MaxValue
            ? throw evaluation.Fail("limit", $"Range too big. The sandbox blocks ranges larger than {limit:N0}.")
            : new JinjaRange((long)start, (long)BigInteger.Clamp(stop, long.MinValue, long.MaxValue), (long)step, (int)count);
    }

    private static object? Lipsum(Evaluation evaluation, object?[] arguments)
    {
        int Number(object? value) => (int)BigInteger.Clamp(Operators.Whole(value) ?? 1, 1, 1000);
        var isHtml = Operators.IsTrue(evaluation, arguments[1]);
        var text = new StringBuilder();
        for (var paragraph = 0; paragraph < Number(arguments[0]); paragraph++)
        {
            var count = evaluation.Random.Next(Number(arguments[2]), Math.Max(Number(arguments[2]), Number(arguments[3])) + 1);
            evaluation.Allocate(count * 8L);
            var words = Enumerable.Range(0, count).Select(_ => _words[evaluation.Random.Next(_words.Length)]);
            text.Append(paragraph > 0 ? isHtml ? "\n" : "\n\n" : "").Append(isHtml ? "<p>" : "")
                .Append(Methods.Capitalize(string.Join(' ', words))).Append('.').Append(isHtml ? "</p>" : "");
        }
        return isHtml ? new JinjaMarkup(text.ToString()) : text.ToString();
    }

    private sealed class Cycler(JinjaTuple items) : JinjaObject
    {
        private int _at;

        public override string TypeName => "Cycler";

        public override bool Attribute(string name, out object? value)
        {
            value = name switch
            {
                "current" => items[_at],
                "next" => new NativeFunction("next", "", (_, _) =>
                {
                    var item = items[_at];
                    _at = (_at + 1) % items.Count;
                    return item;
                }),
                "reset" => new NativeFunction("reset", "", (_, _) =>
                {
                    _at = 0;
                    return null;
                }),
                _ => NativeFunction.Missing,
            };
            return !ReferenceEquals(value, NativeFunction.Missing);
        }
    }

    private sealed class Joiner(string separator) : JinjaCallable
    {
        private bool _used;

        public override string TypeName => "Joiner";

        public override object? Call(Evaluation evaluation, Arguments arguments)
        {
            var first = !_used;
            _used = true;
            return first ? "" : separator;
        }
    }
}
