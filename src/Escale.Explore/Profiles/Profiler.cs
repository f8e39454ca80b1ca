using Escale.Explore.Profiles.Alerts;
using Escale.Explore.Profiles.Facts;
using Escale.Explore.Profiles.Meanings;
using Escale.Explore.Tables.Reading;
using Escale.Explore.Tables.Statistics;
using Escale.Kernel;

namespace Escale.Explore.Profiles;

/// <summary>How far a profile is.</summary>
/// <param name="Stage"><c>sample</c>, <c>columns</c>, <c>pairs</c>, <c>all-rows</c>, <c>done</c>.</param>
/// <param name="Share">0 to 1 of the whole.</param>
internal sealed record ProfileProgress(string Stage, double Share);

/// <summary>
/// Profiles a relation. Few rows are looked at whole, and every figure is exact. Of many, a sample gives distributions, patterns and pairs, and one pass
/// over all rows the counts, extremes, means and quantiles, in a memory that does not grow with them.
/// </summary>
internal sealed class Profiler(ProfileRows rows, ProfileSource source, IProgress<ProfileProgress>? progress = null)
{
    private const string Looked = "profile_rows";
    private const int MostValues = 1_000;
    private const int ManyColumns = 300;
    private const int FewValues = 100;

    // Large enough for a duplicate rate within some percent, small enough to be counted exactly.
    private const long HashedRows = 250_000;
    private const long GuessedRowBytes = 80;

    private IReadOnlyList<ColumnSql> _columns = [];
    private IReadOnlyList<ColumnPart> _parts = [];
    private BasicFacts _looked = null!;
    private Details? _details;

    /// <summary>The profile of the sample, or of all rows when there are few.</summary>
    public async Task<TableProfile> SampleAsync(CancellationToken cancellationToken)
    {
        Report("sample", 0);
        var described = await rows.QueryAsync($"DESCRIBE SELECT * FROM (\n{source.SampleSql}\n) AS t", cancellationToken);
        _columns = [.. described.Select(row => new ColumnSql(TableColumn.Of((string)row[0]!, (string)row[1]!)))];
        if (_columns.Count == 0)
        {
            throw new EscaleException("explore.profile-no-columns", $"{source.Name} has no columns.", "Profile a table or file that has some.");
        }
        await rows.QueryAsync($"CREATE OR REPLACE TEMP TABLE {Looked} AS SELECT * FROM (\n{source.SampleSql}\n) AS t", cancellationToken);
        Report("columns", 0.1);
        _parts = await PartsAsync(cancellationToken);
        _looked = await BasicFacts.ReadAsync(rows, Looked, _parts, exact: true, 1, cancellationToken);
        _details = await DetailsAsync(cancellationToken);
        return Build(_looked, isWhole: source.IsSmall);
    }

    /// <summary>The profile of all rows; after <see cref="SampleAsync"/>.</summary>
    public async Task<TableProfile> WholeAsync(CancellationToken cancellationToken)
    {
        if (source.IsSmall)
        {
            return Build(_looked, isWhole: true);
        }
        Report("all-rows", 0.3);
        var guess = source.Rows ?? (source.Bytes ?? 0) / GuessedRowBytes;
        var reading = BasicFacts.ReadAsync(rows, $"(\n{source.Sql}\n)", [.. _columns.Chunk(ColumnPart.Most).Select(some => new ColumnPart($"(\n{source.Sql}\n)", some))], exact: false, Math.Max(1, guess / HashedRows), cancellationToken);
        while (await Task.WhenAny(reading, Task.Delay(200, cancellationToken)) != reading)
        {
            Report("all-rows", 0.3 + (0.7 * Math.Clamp(rows.Progress ?? 0, 0, 1)));
        }
        var profile = Build(await reading, isWhole: true);
        Report("done", 1);
        return profile;
    }

    /// <summary>Gives back what the sample takes; for sessions that are used again.</summary>
    public async Task ForgetAsync() => await rows.QueryAsync(string.Join("; ", _parts.Select(part => part.From).Append(Looked).Distinct().Select(name => $"DROP TABLE IF EXISTS {name}")), CancellationToken.None);

    private async Task<IReadOnlyList<ColumnPart>> PartsAsync(CancellationToken cancellationToken)
    {
        if (_columns.Count <= ColumnPart.Most)
        {
            return [new ColumnPart(Looked, _columns)];
        }
        var parts = new List<ColumnPart>();
        foreach (var some in _columns.Chunk(ColumnPart.Most))
        {
            parts.Add(new ColumnPart(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Looked}_{parts.Count}"), some));
            await rows.QueryAsync($"CREATE OR REPLACE TEMP TABLE {parts[^1].From} AS SELECT {string.Join(", ", some.Select(column => column.Name))} FROM {Looked}", cancellationToken);
        }
        return parts;
    }

    private async Task<Details> DetailsAsync(CancellationToken cancellationToken)
    {
        var most = _columns.Count > ManyColumns ? FewValues : MostValues;
        var values = await EachAsync(part => Spreads.ValuesAsync(rows, part.From, part.Columns, _looked, most, cancellationToken));
        var texts = await EachAsync(part => TextChecks.ReadAsync(rows, part.From, part.Columns, cancellationToken));
        var histograms = await EachAsync(part => Spreads.HistogramsAsync(rows, part.From, part.Columns, _looked, cancellationToken));
        Report("pairs", 0.2);
        var inOrder = source.IsSmall;
        return new Details(
            values, texts, histograms,
            inOrder ? await EachAsync(part => Spreads.OrdersAsync(rows, part.From, part.Columns, cancellationToken)) : [],
            inOrder ? await TimeReader.ReadAsync(rows, Looked, _columns, cancellationToken) : [],
            await Pairs.ReadAsync(rows, Looked, _columns, _looked, cancellationToken),
            await NearRows.MissingAsync(rows, Looked, _columns, _looked, cancellationToken),
            await NearRows.CountAsync(rows, Looked, _columns, _looked.Rows, cancellationToken));
    }

    private async Task<Dictionary<string, T>> EachAsync<T>(Func<ColumnPart, Task<Dictionary<string, T>>> read)
    {
        var all = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var part in _parts)
        {
            foreach (var (column, value) in await read(part))
            {
                all[column] = value;
            }
        }
        return all;
    }

    private TableProfile Build(BasicFacts facts, bool isWhole)
    {
        var profile = new TableProfile(source.Name, facts.Rows, source.Bytes, new ProfileBasis(isWhole, source.IsSmall ? null : _looked.Rows))
        {
            Stamp = source.Stamp,
            Repeated = new RepeatedRows(Math.Max(0, facts.Repeated), _details!.NearRows, facts.IsRepeatedEstimate),
            Columns = [.. _columns.Select(column => Build(column, facts))],
            Pairs = _details.Pairs,
            MissingPatterns = _details.MissingPatterns,
        };
        return profile with { Alerts = AlertFinder.Find(profile) };
    }

    private ColumnProfile Build(ColumnSql column, BasicFacts facts)
    {
        var name = column.Column.Name;
        var (count, values) = (facts.Count(column, "count"), _details!.Values[name]);
        var distinct = facts.CountOrNull(column, "distinct") is { } some ? Math.Min(some, count) : (long?)null;
        var (lookedCount, lookedDistinct) = (_looked.Count(column, "count"), _looked.Count(column, "distinct"));
        var isUnique = lookedDistinct == lookedCount && lookedCount > 1 && count == facts.Rows && distinct >= count * 0.9;
        var meaning = new MeaningFinder(column, values, lookedCount, lookedDistinct, isUnique).Find();
        return new ColumnProfile(name, column.Column.Type, column.Column.Kind, meaning, count, facts.Rows - count, distinct)
        {
            Min = facts.Text(column, "min"),
            Max = facts.Text(column, "max"),
            Numbers = column.IsNumber ? Numbers(column, facts) : null,
            Texts = column.IsText ? Texts(column, facts) : null,
            Times = _details.Times.GetValueOrDefault(name),
            Histogram = _details.Histograms.TryGetValue(name, out var spread) ? spread.Histogram : null,
            Top = [.. values.OrderByDescending(value => value.Count).ThenBy(value => value.Value, StringComparer.Ordinal).Take(10)],
            Patterns = column.IsText ? Masks.Of(values) : [],
            Order = distinct == 1 && count == facts.Rows && count > 1 ? "constant" : _details.Orders.GetValueOrDefault(name),
            IsUnique = isUnique,
            Similar = column.IsText && meaning.Name is MeaningNames.Category or MeaningNames.Text or MeaningNames.Country or MeaningNames.Boolean ? SimilarFinder.Find(values) : [],
            Personal = PersonalFinder.Find(meaning, column.IsText, values),
        };
    }

    private NumberFacts? Numbers(ColumnSql column, BasicFacts facts) => facts.Number(column, "mean") is not { } mean ? null : new NumberFacts(
        mean, facts.Number(column, "deviation") ?? 0, _looked.Number(column, "skew"), facts.Count(column, "zeros"), facts.Count(column, "negatives"), facts.Count(column, "count") - facts.Count(column, "finite"))
    {
        Quantiles = facts.Quantiles(column),
        IsWhole = _looked.Count(column, "fractions") == 0,
        Outliers = _details!.Histograms.TryGetValue(column.Column.Name, out var spread) ? spread.Outliers : null,
    };

    private TextFacts Texts(ColumnSql column, BasicFacts facts)
    {
        var checks = _details!.Texts[column.Column.Name];
        return new TextFacts(
            facts.Count(column, "shortest"), facts.Count(column, "longest"), facts.Number(column, "length") ?? 0, facts.Count(column, "empty"),
            checks.Blank, checks.Padded, checks.NullWords, checks.Control, checks.Garbled);
    }

    private void Report(string stage, double share) => progress?.Report(new ProfileProgress(stage, share));

    private sealed record Details(
        IReadOnlyDictionary<string, List<ValueCount>> Values, IReadOnlyDictionary<string, TextChecks> Texts, IReadOnlyDictionary<string, (Histogram Histogram, OutlierFacts? Outliers)> Histograms,
        IReadOnlyDictionary<string, string> Orders, IReadOnlyDictionary<string, TimeFacts> Times, IReadOnlyList<PairProfile> Pairs, IReadOnlyList<MissingPattern> MissingPatterns, long? NearRows);
}
