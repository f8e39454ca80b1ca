using System.Globalization;
using System.Text.Json;

namespace Escale.Learning.Bench;

/// <summary>One of the public tables with fixed folds, as the peers were given it: identifiers dropped, dates expanded, what is no number a category.</summary>
internal sealed class OpenSet
{
    private static readonly HashSet<string> _missing = new(StringComparer.Ordinal)
    {
        "", "?", " ", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null",
    };

    private readonly List<(string Name, string?[] Cells, double[]? Numbers)> _columns = [];
    private readonly string[] _target;
    private readonly string[] _classes = [];

    private OpenSet(string folder, JsonElement description)
    {
        Name = description.GetProperty("name").GetString()!;
        Metric = description.GetProperty("metric").GetString()!.Split(' ')[0];
        var lines = Csv(File.ReadAllText(Path.Combine(folder, description.GetProperty("file").GetString()!)));
        var (header, target) = (lines[0], description.GetProperty("target").GetString()!);
        var roles = description.GetProperty("baseline_roles");
        var (drop, dates, codes) = (Texts(roles, "drop"), Texts(roles, "dates"), Texts(roles, "categorical_numeric_codes"));
        RowCount = lines.Count - 1;
        _target = [.. lines.Skip(1).Select(line => line[Array.IndexOf(header, target)])];
        for (var column = 0; column < header.Length; column++)
        {
            if (header[column] != target && !drop.Contains(header[column]))
            {
                Add(header[column], [.. lines.Skip(1).Select(line => _missing.Contains(line[column]) ? null : line[column])], dates, codes);
            }
        }
        IsRegression = description.GetProperty("task").GetString() == "regression";
        if (!IsRegression)
        {
            _classes = [.. _target.Distinct().Order(StringComparer.Ordinal)];
        }
        using var folds = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "folds", Name + ".json")));
        Folds = [.. folds.RootElement.GetProperty("test_folds").EnumerateArray().Select(fold => fold.EnumerateArray().Select(row => row.GetInt32()).ToArray())];
    }

    public string Name { get; }

    public string Metric { get; }

    public bool IsRegression { get; }

    public int RowCount { get; }

    public IReadOnlyList<int[]> Folds { get; }

    public static List<OpenSet> ReadAll(string folder, Func<string, bool> isWanted)
    {
        using var descriptions = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "datasets.json")));
        return [.. descriptions.RootElement.EnumerateArray().Where(set => isWanted(set.GetProperty("name").GetString()!)).Select(set => new OpenSet(folder, set))];
    }

    /// <summary>Training and test rows of a fold; levels are those of the training rows.</summary>
    public (FeatureMatrix Train, Target TrainTarget, FeatureMatrix Test, Target TestTarget) Fold(int fold)
    {
        var isTest = new bool[RowCount];
        Array.ForEach(Folds[fold], row => isTest[row] = true);
        var train = Enumerable.Range(0, RowCount).Where(row => !isTest[row]).ToArray();
        var features = _columns.Select(column => new Feature(
            column.Name, column.Numbers is not null ? null : [.. train.Select(row => column.Cells[row]).OfType<string>().Distinct().Order(StringComparer.Ordinal)])).ToArray();
        return (Rows(features, train), TargetOf(train), Rows(features, Folds[fold]), TargetOf(Folds[fold]));
    }

    private static HashSet<string> Texts(JsonElement roles, string name) => [.. roles.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private void Add(string name, string?[] cells, HashSet<string> dates, HashSet<string> codes)
    {
        if (dates.Contains(name))
        {
            var times = cells.Select(cell => DateTime.Parse(cell!, CultureInfo.InvariantCulture)).ToArray();
            foreach (var (suffix, part) in new (string, Func<DateTime, double>)[]
            {
                ("_y", time => time.Year), ("_m", time => time.Month), ("_d", time => time.Day), ("_dow", time => ((int)time.DayOfWeek + 6) % 7),
                ("_h", time => time.Hour), ("_ord", time => (time - DateTime.UnixEpoch).TotalDays),
            })
            {
                _columns.Add((name + suffix, cells, [.. times.Select(part)]));
            }
            return;
        }
        var numbers = new double[cells.Length];
        var isNumber = !codes.Contains(name);
        for (var row = 0; row < cells.Length && isNumber; row++)
        {
            numbers[row] = double.NaN;
            isNumber = cells[row] is not { } cell || double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[row]);
        }
        _columns.Add((name, cells, isNumber ? numbers : null));
    }

    private FeatureMatrix Rows(Feature[] features, int[] rows)
    {
        var columns = _columns.Select((column, at) =>
        {
            var levels = features[at].Levels?.Select((level, index) => (level, index)).ToDictionary(pair => pair.level, pair => pair.index, StringComparer.Ordinal);
            return (ReadOnlyMemory<float>)rows.Select(row => column.Numbers is { } numbers ? (float)numbers[row]
                : column.Cells[row] is { } cell && levels!.TryGetValue(cell, out var level) ? level : float.NaN).ToArray();
        });
        return new FeatureMatrix(features, [.. columns], rows.Length);
    }

    private Target TargetOf(int[] rows) => IsRegression
        ? Target.OfNumbers([.. rows.Select(row => double.Parse(_target[row], CultureInfo.InvariantCulture))])
        : Target.OfClasses([.. rows.Select(row => Array.BinarySearch(_classes, _target[row], StringComparer.Ordinal))], _classes);

    private static List<string[]> Csv(string text)
    {
        var (lines, line, cell, isQuoted) = (new List<string[]>(), new List<string>(), new System.Text.StringBuilder(), false);
        for (var at = 0; at < text.Length; at++)
        {
            var (sign, next) = (text[at], at + 1 < text.Length ? text[at + 1] : '\0');
            if (isQuoted && sign == '"' && next == '"')
            {
                cell.Append('"');
                at++;
            }
            else if (sign == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (isQuoted || sign is not (',' or '\n' or '\r'))
            {
                cell.Append(sign);
            }
            else if (sign is ',' or '\n')
            {
                line.Add(cell.ToString());
                cell.Clear();
                if (sign == '\n')
                {
                    lines.Add([.. line]);
                    line.Clear();
                }
            }
        }
        if (line.Count > 0)
        {
            lines.Add([.. line, cell.ToString()]);
        }
        return lines;
    }
}
