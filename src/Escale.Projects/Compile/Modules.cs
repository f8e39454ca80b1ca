using System.Globalization;
using System.Text.RegularExpressions;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>
/// The part of <c>modules</c> that projects use: <c>datetime</c>, <c>pytz</c> (UTC), <c>re</c> without backtracking, <c>itertools</c>.
/// The time is that of the run's start, so that a model means the same wherever in the run it is compiled.
/// </summary>
internal static class Modules
{
    public static JinjaDict Create(DateTimeOffset startedAt)
    {
        var start = startedAt.UtcDateTime;
        var moment = new TypeObject("datetime", Function("datetime", "year month day hour=0 minute=0 second=0 microsecond=0 tzinfo=None", (e, a) =>
            new JinjaMoment(Moment(e, Whole(e, a[0]), Whole(e, a[1]), Whole(e, a[2]), Whole(e, a[3]), Whole(e, a[4]), Whole(e, a[5]), Whole(e, a[6])), a[7] is null ? null : "UTC")),
        [
            Function("now", "tz=None", (_, a) => new JinjaMoment(start, a[0] is null ? null : "UTC")),
            Function("utcnow", "", (_, _) => new JinjaMoment(start)),
            Function("today", "", (_, _) => new JinjaMoment(start)),
            Function("strptime", "date_string format", (e, a) => new JinjaMoment(Parse(e, Representation.Text(e, a[0]), Representation.Text(e, a[1])))),
            Function("fromisoformat", "date_string", (e, a) => FromIso(e, Representation.Text(e, a[0]))),
            Function("fromtimestamp", "timestamp tz=None", (e, a) => new JinjaMoment(DateTime.UnixEpoch.AddSeconds(Operators.Real(e, a[0])), a[1] is null ? null : "UTC")),
            Function("combine", "date time=None", (e, a) => a[0] is JinjaMoment date ? new JinjaMoment(date.Time.Date) : throw e.Fail("type", "combine() needs a date")),
        ]);
        var date = new TypeObject("date", Function("date", "year month day", (e, a) =>
            new JinjaMoment(Moment(e, Whole(e, a[0]), Whole(e, a[1]), Whole(e, a[2]))) { IsDate = true }),
        [
            Function("today", "", (_, _) => new JinjaMoment(start.Date) { IsDate = true }),
            Function("fromisoformat", "date_string", (e, a) => new JinjaMoment(FromIso(e, Representation.Text(e, a[0])).Time.Date) { IsDate = true }),
        ]);
        var duration = Function("timedelta", "days=0 seconds=0 microseconds=0 milliseconds=0 minutes=0 hours=0 weeks=0", Duration);
        var utc = new TypeObject("UTC", null, []);
        return new JinjaDict(
        [
            new("datetime", new JinjaDict([new("datetime", moment), new("date", date), new("timedelta", duration), new("timezone", new JinjaDict([new("utc", utc)]))])),
            new("pytz", new JinjaDict([new("utc", utc), new("UTC", utc), new("timezone", Function("timezone", "name", (e, a) => Representation.Text(e, a[0]) is "UTC" or "utc" or "Etc/UTC"
                ? utc : throw e.Fail("projects.compile.not-supported", "only the zone UTC is available", "Convert zones in SQL: AT TIME ZONE.")))])),
            new("re", Expressions()),
            new("itertools", Iterators()),
        ]);
    }

    /// <summary>A moment of these parts.</summary>
    public static DateTime Moment(Evaluation evaluation, int year, int month, int day, int hour = 0, int minute = 0, int second = 0, int microsecond = 0)
    {
        try
        {
            return new DateTime(year, month, day, hour, minute, second).AddTicks(microsecond * 10L);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw evaluation.Fail("value", $"there is no moment {year}-{month}-{day} {hour}:{minute}:{second}");
        }
    }

    private static NativeFunction Function(string name, string signature, Func<Evaluation, object?[], object?> body) => new(name, signature, body);

    private static int Whole(Evaluation evaluation, object? value) => Operators.Whole(value) is { } whole && whole >= int.MinValue && whole <= int.MaxValue
        ? (int)whole
        : throw evaluation.Fail("type", $"a whole number is needed, not {Representation.TypeName(value)}");

    private static object? Duration(Evaluation evaluation, object?[] arguments)
    {
        double[] seconds = [86400, 1, 1e-6, 1e-3, 60, 3600, 604800];
        var total = seconds.Select((unit, index) => unit * Operators.Real(evaluation, arguments[index])).Sum();
        return Math.Abs(total) < 1e11
            ? new JinjaDuration(TimeSpan.FromTicks((long)Math.Round(total * TimeSpan.TicksPerSecond)))
            : throw evaluation.TooLarge("a duration");
    }

    private static JinjaMoment FromIso(Evaluation evaluation, string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? new JinjaMoment(moment.UtcDateTime, text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10 ? "UTC" : null)
            : throw evaluation.Fail("value", $"Invalid isoformat string: '{text}'");

    /// <summary><c>strptime</c>: Python's directives as .NET's.</summary>
    private static DateTime Parse(Evaluation evaluation, string text, string format)
    {
        var pattern = new System.Text.StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            var directive = format[at] == '%' && at + 1 < format.Length ? format[++at] : '\0';
            pattern.Append(directive switch
            {
                'Y' => "yyyy", 'm' => "M", 'd' => "d", 'H' => "H", 'M' => "m", 'S' => "s", 'y' => "yy", 'f' => "FFFFFF", 'b' => "MMM", 'B' => "MMMM", 'I' => "h", 'p' => "tt",
                'a' => "ddd", 'A' => "dddd", 'z' => "zzz",
                '\0' => $"'{format[at]}'".Replace("'''", "\\'", StringComparison.Ordinal),
                _ => throw evaluation.Fail("value", $"'%{directive}' is not available in strptime"),
            });
        }
        return DateTime.TryParseExact(text, "%" + pattern, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var moment)
            ? moment
            : throw evaluation.Fail("value", $"time data '{text}' does not match format '{format}'");
    }

    private static JinjaDict Expressions()
    {
        NativeFunction Add(string name, string signature, Func<Evaluation, Regex, object?[], object?> body) =>
            new(name, signature, (e, a) => body(e, Compile(e, Representation.Text(e, a[0]), name), a));
        string Text(Evaluation e, object? value) => Representation.Text(e, value);
        object? Found(Match match) => match.Success ? new MatchObject(match) : null;
        var functions = new[]
        {
            Add("match", "pattern string flags=0", (e, r, a) => Found(r.Match(Text(e, a[1])))),
            Add("fullmatch", "pattern string flags=0", (e, r, a) => Found(r.Match(Text(e, a[1])))),
            Add("search", "pattern string flags=0", (e, r, a) => Found(r.Match(Text(e, a[1])))),
            Add("findall", "pattern string flags=0", (e, r, a) => new JinjaList(r.Matches(Text(e, a[1])).Select(match =>
                match.Groups.Count <= 2 ? (object?)match.Groups[^1].Value : new JinjaTuple([.. match.Groups.Values.Skip(1).Select(group => group.Value)])))),
            Add("split", "pattern string maxsplit=0 flags=0", (e, r, a) => new JinjaList(r.Split(Text(e, a[1])))),
            Add("sub", "pattern repl string count=0 flags=0", (e, r, a) =>
            {
                var limit = Whole(e, a[3]);
                var with = Group().Replace(Text(e, a[1]).Replace("$", "$$", StringComparison.Ordinal), "$${${1}}");
                var result = r.Replace(Text(e, a[2]), with, limit == 0 ? -1 : limit);
                e.Allocate(result.Length);
                return result;
            }),
            new NativeFunction("escape", "pattern", (e, a) => Regex.Escape(Text(e, a[0]))),
        };
        return new JinjaDict([.. functions.Select(function => KeyValuePair.Create(function.Name, (object?)function)), new("IGNORECASE", 2L), new("I", 2L)]);
    }

    private static Regex Group() => new(@"\\(\d)", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    private static Regex Compile(Evaluation evaluation, string pattern, string function)
    {
        var anchored = function switch { "match" => $@"\A(?:{pattern})", "fullmatch" => $@"\A(?:{pattern})\z", _ => pattern };
        try
        {
            return new Regex(anchored.Replace("(?P<", "(?<", StringComparison.Ordinal), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw evaluation.Fail("value", $"the pattern '{pattern}' cannot be used", "Expressions here have no look-around and no back references.");
        }
    }

    private static JinjaDict Iterators()
    {
        var chain = new NativeFunction("chain", "*iterables", (e, a) => new JinjaList(((JinjaTuple)a[0]!).SelectMany(items => Operators.Iterate(e, items))));
        var product = new NativeFunction("product", "*iterables", (e, a) => new JinjaList(((JinjaTuple)a[0]!)
            .Aggregate<object?, IEnumerable<object?[]>>([[]], (rows, items) => rows.SelectMany(row => Operators.Iterate(e, items).Select(item => (object?[])[.. row, item])))
            .Select(row => new JinjaTuple(row))));
        return new JinjaDict([new("chain", chain), new("product", product)]);
    }

    /// <summary>A class of Python's: can be called, has functions.</summary>
    private sealed class TypeObject(string name, NativeFunction? constructor, NativeFunction[] functions) : JinjaCallable
    {
        public override string TypeName => "type";

        public override bool Attribute(string attribute, out object? value)
        {
            value = Array.Find(functions, function => function.Name == attribute);
            return value is not null;
        }

        public override object? Call(Evaluation evaluation, Arguments arguments) => constructor?.Call(evaluation, arguments)
            ?? throw evaluation.Fail("type", $"'{name}' object is not callable");

        public override string Represent(Evaluation evaluation) => name;
    }

    private sealed class MatchObject(Match match) : JinjaObject
    {
        public override string TypeName => "Match";

        public override bool Attribute(string name, out object? value)
        {
            value = name switch
            {
                "group" => new NativeFunction("group", "name=0", (e, a) => match.Groups[Representation.Text(e, a[0])] is { Success: true } group ? group.Value : null),
                "groups" => new NativeFunction("groups", "", (_, _) => new JinjaTuple([.. match.Groups.Values.Skip(1).Select(group => group.Success ? (object?)group.Value : null)])),
                "start" => new NativeFunction("start", "", (_, _) => (long)match.Index),
                "end" => new NativeFunction("end", "", (_, _) => (long)match.Index + match.Length),
                _ => NativeFunction.Missing,
            };
            return !ReferenceEquals(value, NativeFunction.Missing);
        }
    }
}
