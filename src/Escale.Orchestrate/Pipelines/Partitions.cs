using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Pipelines;

/// <summary>Values of parameters that there is a run for each of. Pure.</summary>
internal static class Partitions
{
    // A key is in an index: what is longer is told apart by its hash.
    private const int LongestKey = 200;

    /// <summary>Every combination of values, in the order of the pipeline's parameters; one without any when none are given.</summary>
    /// <param name="spec">The pipeline.</param>
    /// <param name="values">By parameter its values; of days and whole numbers also from one to another, <c>2026-11-01..2026-11-07</c>, both among them.</param>
    /// <param name="most">More are refused.</param>
    /// <exception cref="EscaleException"><c>orchestrate.parameter</c>.</exception>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Of(PipelineSpec spec, IReadOnlyDictionary<string, IReadOnlyList<string>> values, int most)
    {
        ParameterReader.RefuseUnknown(spec, values.Keys);
        List<IReadOnlyDictionary<string, string>> all = [new Dictionary<string, string>()];
        foreach (var parameter in spec.Parameters.Where(parameter => values.ContainsKey(parameter.Name)))
        {
            var each = values[parameter.Name].SelectMany(text => Range(parameter, text) ?? [text]).Distinct(StringComparer.Ordinal).Take(most + 1).ToList();
            if (each.Count == 0)
            {
                throw new EscaleException("orchestrate.parameter", $"The parameter '{parameter.Name}' is given no value.", "Give one, or leave it out.");
            }
            if ((long)all.Count * each.Count > most)
            {
                throw new EscaleException("orchestrate.parameter", $"Those are more than {most.ToString("N0", CultureInfo.InvariantCulture)} runs.", "Give fewer values at once.");
            }
            all = [.. from chosen in all from value in each select new Dictionary<string, string>(chosen) { [parameter.Name] = value }];
        }
        return all;
    }

    /// <summary>Values as people write them: separated by commas.</summary>
    public static IReadOnlyList<string> Written(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>What tells the run of some values from those of others, and is empty where they are the defaults.</summary>
    public static string KeyOf(PipelineSpec spec, IReadOnlyDictionary<string, string> values)
    {
        var text = string.Concat(spec.Parameters.Where(parameter => values.TryGetValue(parameter.Name, out var value) && value != parameter.Default).Select(parameter => $"&{parameter.Name}={Uri.EscapeDataString(values[parameter.Name])}"));
        return text.Length <= LongestKey ? text : "&" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    private static IEnumerable<string>? Range(ParameterSpec parameter, string text)
    {
        if (text.Split("..") is not [var first, var last])
        {
            return null;
        }
        var (from, to) = parameter.Type switch
        {
            ParameterType.Date when Day(first) is { } begin && Day(last) is { } end => (begin, end),
            ParameterType.Integer when long.TryParse(first, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var begin) && long.TryParse(last, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var end) => (begin, end),
            _ => ((long?)null, 0L),
        };
        return from is not { } at ? null
            : at > to ? throw new EscaleException("orchestrate.parameter", $"'{text}' of the parameter '{parameter.Name}' ends before it begins.", "Write the smaller one first.")
            : Between(at, to).Select(number => parameter.Type == ParameterType.Date ? DateOnly.FromDayNumber((int)number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : number.ToString(CultureInfo.InvariantCulture));
    }

    private static IEnumerable<long> Between(long from, long to)
    {
        for (var number = from; number < to; number++)
        {
            yield return number;
        }
        yield return to;
    }

    private static long? Day(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day.DayNumber : null;
}
