using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Explore.Profiles.Facts;
using Escale.Explore.Profiles.Meanings;

namespace Escale.Explore.Profiles.Alerts;

/// <summary>Finds what deserves attention in a column.</summary>
internal sealed class ColumnAlerts
{
    private const double Few = 0.2;
    private const double Most = 0.6;
    private const double NearlyAll = 0.95;
    private const double FarSkew = 3;
    private readonly ColumnProfile _column;
    private readonly TableProfile _profile;
    private readonly long _looked;
    private readonly List<Alert> _found = [];

    private ColumnAlerts(ColumnProfile column, TableProfile profile)
    {
        (_column, _profile) = (column, profile);
        _looked = profile.Basis.SampleRows ?? profile.Rows;
    }

    /// <summary>The alerts of a column.</summary>
    public static IReadOnlyList<Alert> Find(ColumnProfile column, TableProfile profile)
    {
        var alerts = new ColumnAlerts(column, profile);
        alerts.OfMissing();
        if (column.Count > 0)
        {
            alerts.OfSameness();
            alerts.OfTexts();
            alerts.OfReading();
            alerts.OfNumbers();
            alerts.OfTimes();
            alerts.OfPeople();
        }
        return alerts._found;
    }

    private string[] This => [_column.Name];

    private void OfMissing()
    {
        if (_column.Count == 0)
        {
            Add("empty_column", "warn", _profile.Rows, step: StepJson.Of("drop_columns", ("columns", This)));
        }
        else if (_column.Missing > 0)
        {
            var severity = _column.MissingShare >= Most ? "bad" : _column.MissingShare >= Few ? "warn" : "info";
            Add("missing", severity, _column.Missing, step: _column.MissingShare >= 0.95 ? StepJson.Of("drop_columns", ("columns", This)) : Fill());
        }
    }

    private System.Text.Json.Nodes.JsonObject? Fill() => _column switch
    {
        { Kind: "number", Meaning.Name: MeaningNames.Number or MeaningNames.Money or MeaningNames.Percent or MeaningNames.Quantity } => StepJson.Of("fill", ("columns", This), ("method", "median")),
        { Meaning.Name: MeaningNames.Category or MeaningNames.Boolean or MeaningNames.Country } => StepJson.Of("fill", ("columns", This), ("method", "mode")),
        _ => null,
    };

    private void OfSameness()
    {
        if (_column is { Distinct: 1, Missing: 0 } && _profile.Rows > 1)
        {
            Add("constant", "warn", _column.Count, [_column.Top.FirstOrDefault()?.Value ?? ""], StepJson.Of("drop_columns", ("columns", This)));
        }
        else if (_column.Top is [{ } first, ..] && _looked >= 50 && first.Count >= NearlyAll * _looked)
        {
            AddLooked("nearly_constant", "info", first.Count, [first.Value], null);
        }
        if (_column.Meaning.Name == MeaningNames.Identifier && _column.IsUnique)
        {
            Add("identifier", "info", null);
        }
        else if (_column.Kind == "text" && _column.Meaning.Name is MeaningNames.Text or MeaningNames.Category && _column.Distinct > 1_000 && _column.Distinct < _column.Count * 0.9)
        {
            Add("many_values", "info", null, [_column.Distinct!.Value.ToString(CultureInfo.InvariantCulture)]);
        }
    }

    private void OfTexts()
    {
        if (_column.Texts is not { } texts)
        {
            return;
        }
        if (texts.Garbled > 0)
        {
            AddLooked("garbled", "bad", texts.Garbled, [], null);
        }
        if (texts.NullWords > 0)
        {
            var words = _column.Top.Select(value => value.Value.Trim()).Where(value => TextChecks.NullWordList.Contains(value.ToLowerInvariant())).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            var pattern = words.Count == 0 ? TextChecks.NullWordList : [.. words];
            AddLooked("null_words", "warn", texts.NullWords, [words.FirstOrDefault() ?? "n/a"],
                StepJson.Of("replace", ("columns", This), ("find", $@"\s*({string.Join('|', pattern.Select(System.Text.RegularExpressions.Regex.Escape))})\s*"), ("whole", true), ("regex", true), ("ignore_case", true)));
        }
        if (texts.Padded > 0 || texts.Blank > 0)
        {
            AddLooked("padded", "warn", texts.Padded, [], StepJson.Of("trim", ("columns", This), ("blank_to_null", true)));
        }
        else if (texts.Empty > 0)
        {
            Add("empty_texts", "info", texts.Empty, step: StepJson.Of("trim", ("columns", This), ("blank_to_null", true)));
        }
        if (texts.Control > 0)
        {
            AddLooked("control_signs", "warn", texts.Control, [], StepJson.Of("replace", ("columns", This), ("find", "[\\x00-\\x1f\\x7f]+"), ("with", " "), ("regex", true)));
        }
        if (_column.Similar.Count > 0)
        {
            var values = _column.Similar.SelectMany(group => group.Others.Select(other => (other.Value, group.Keep))).DistinctBy(pair => pair.Value).ToDictionary(pair => pair.Value, pair => pair.Keep, StringComparer.Ordinal);
            AddLooked("similar_values", "warn", _column.Similar.Sum(group => group.Others.Sum(other => other.Count)), [_column.Similar[0].Keep, _column.Similar[0].Others[0].Value],
                StepJson.Of("cluster", ("column", _column.Name), ("method", "fingerprint"), ("values", values)));
        }
    }

    /// <summary>Numbers, dates and yes-or-no that are kept as text; and values that do not fit what the others are.</summary>
    private void OfReading()
    {
        if (_column.Kind != "text" || _column.Texts is null)
        {
            return;
        }
        var (meaning, fits) = (_column.Meaning, (long)Math.Round(_column.Meaning.Share * _column.Count));
        switch (meaning.Name)
        {
            case MeaningNames.Date or MeaningNames.BirthDate when meaning.Detail is "either" or "mixed":
                Add("ambiguous_dates", "bad", fits, [meaning.Detail, Example(value => TextShapes.DateOrder(value) == "either") ?? ""]);
                break;
            case MeaningNames.Date or MeaningNames.BirthDate:
                Add("date_as_text", "warn", fits, [Example(value => TextShapes.DateOrder(value) is not null) ?? ""], StepJson.Of("parse_date", ("columns", This), ("formats", DateFormats.Of(_column, meaning.Detail)), ("to", DateFormats.TypeOf(_column))));
                break;
            case MeaningNames.Number or MeaningNames.Money or MeaningNames.Percent or MeaningNames.Quantity when meaning.Detail is "either" or "mixed":
                Add("ambiguous_numbers", "bad", fits, [meaning.Detail, Example(value => TextShapes.NumberOf(value) is { IsPlain: false }) ?? ""]);
                break;
            case MeaningNames.Number or MeaningNames.Money or MeaningNames.Percent or MeaningNames.Quantity:
                Add("number_as_text", "warn", fits, [Example(value => TextShapes.NumberOf(value) is not null) ?? ""], ParseNumber());
                break;
            case MeaningNames.Boolean:
                Add("boolean_as_text", "info", fits, [Example(TextShapes.IsBoolean) ?? ""],
                    StepJson.Of("map", ("column", _column.Name), ("values", _column.Top.Where(value => TextShapes.IsBoolean(value.Value)).ToDictionary(value => value.Value, value => value.Value.ToLowerInvariant() is "yes" or "y" or "true" or "t" or "oui" or "o" or "vrai" or "1" or "on" ? 1 : 0, StringComparer.Ordinal)), ("other", "null")));
                break;
        }
        if (meaning.Name is not (MeaningNames.Text or MeaningNames.Category or MeaningNames.Identifier or MeaningNames.Person or MeaningNames.Address) && meaning.Share < 0.9995)
        {
            AddLooked("unfit_values", "warn", (long)Math.Ceiling((1 - meaning.Share) * Math.Min(_column.Count, _looked)), [meaning.Name], null);
        }
    }

    private System.Text.Json.Nodes.JsonObject ParseNumber()
    {
        var shapes = _column.Top.Select(value => TextShapes.NumberOf(value.Value.Trim())).OfType<NumberShape>().ToList();
        var comma = _column.Meaning.Detail == "," || shapes.Any(shape => shape is { Decimal: ',', IsEither: false });
        var thousands = shapes.Select(shape => shape.Thousands).FirstOrDefault(sign => sign is not null);
        var units = shapes.Select(shape => shape.Unit.Trim('-', '+', '(', ')', ' ')).Where(unit => unit.Length > 0).Distinct(StringComparer.Ordinal).ToArray();
        return StepJson.Of("parse_number", ("columns", This), ("decimal", comma ? "," : "."), ("thousands", thousands is null or ' ' ? null : thousands.ToString()), ("unit", units.Length == 0 ? null : units));
    }

    private void OfNumbers()
    {
        if (_column.Numbers is not { } numbers || _column.Meaning.Name is MeaningNames.Identifier or MeaningNames.Boolean or MeaningNames.Postcode or MeaningNames.Phone or MeaningNames.NationalId)
        {
            return;
        }
        if (numbers.Unusable > 0)
        {
            Add("not_finite", "warn", numbers.Unusable, step: StepJson.Of("derive", ("column", _column.Name), ("formula", $"case when isfinite({DuckSql.Name(_column.Name)}) then {DuckSql.Name(_column.Name)} end")));
        }
        if (numbers.Outliers is { Count: > 0 } far && _column.Meaning.Name is not (MeaningNames.Category or MeaningNames.Year or MeaningNames.Latitude or MeaningNames.Longitude))
        {
            var isMany = far.Count > 0.05 * _looked;
            AddLooked("outliers", isMany ? "info" : "warn", far.Count, [Number(far.Low), Number(far.High)], StepJson.Of("outliers", ("columns", This), ("method", "iqr"), ("factor", 3), ("action", "clip")));
        }
        if (numbers.Skew is { } skew && Math.Abs(skew) >= FarSkew && _column.Distinct > 20)
        {
            Add("skewed", "info", null, [Number(skew)], skew > 0 && numbers.Negatives == 0
                ? StepJson.Of("derive", ("into", _column.Name + "_log"), ("formula", $"ln(1 + {DuckSql.Name(_column.Name)})")) : null);
        }
        if (_column.Meaning.Name is MeaningNames.Number or MeaningNames.Money && numbers.Zeros > _column.Count / 2 && _column.Distinct > 10)
        {
            Add("many_zeros", "info", numbers.Zeros);
        }
    }

    private void OfTimes()
    {
        if (_column.Kind != "time" || _column.Histogram is null)
        {
            return;
        }
        if (_column.Min is { Length: >= 4 } least && _column.Max is { Length: >= 4 } most
            && (string.CompareOrdinal(least, "1900-01-02") < 0 || string.CompareOrdinal(most, "2100") > 0 || least.StartsWith("infinity", StringComparison.Ordinal) || most.StartsWith("infinity", StringComparison.Ordinal) || least.EndsWith("(BC)", StringComparison.Ordinal)))
        {
            Add("odd_dates", "warn", null, [least, most]);
        }
        if (_column.Times is { Gaps: [var gap, ..] })
        {
            Add("time_gap", "info", null, [gap.From, gap.To, gap.Seconds.ToString("0", CultureInfo.InvariantCulture)]);
        }
    }

    private void OfPeople()
    {
        if (_column.Personal is { } personal)
        {
            var name = DuckSql.Name(_column.Name);
            var step = personal.Kind switch
            {
                MeaningNames.Email when _column.Meaning.Name == MeaningNames.Email => StepJson.Of("derive", ("column", _column.Name), ("formula", $"regexp_replace({name}, '^[^@]+', '***')")),
                MeaningNames.BirthDate when _column.Kind == "time" => StepJson.Of("derive", ("column", _column.Name), ("formula", $"date_trunc('year', {name})")),
                MeaningNames.Phone => StepJson.Of("derive", ("column", _column.Name), ("formula", $"left({name}::varchar, 4) || '******'")),
                _ => StepJson.Of("drop_columns", ("columns", This)),
            };
            Add("personal_data", "bad", (long)Math.Round(personal.Share * _column.Count), [personal.Kind, personal.Because], step);
        }
    }

    private string? Example(Func<string, bool> isIt) => _column.Top.Select(value => value.Value.Trim()).FirstOrDefault(isIt) ?? _column.Patterns.Select(pattern => pattern.Example.Trim()).FirstOrDefault(isIt);

    private static string Number(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    private void Add(string code, string severity, long? rows, IReadOnlyList<string>? values = null, System.Text.Json.Nodes.JsonObject? step = null) => _found.Add(new Alert(code, severity, This, rows)
    {
        Share = rows is { } count && _profile.Rows > 0 ? (double)count / _profile.Rows : null, Values = values ?? [], Step = step,
    });

    /// <summary>An alert whose rows were counted in the rows that were looked at.</summary>
    private void AddLooked(string code, string severity, long counted, IReadOnlyList<string> values, System.Text.Json.Nodes.JsonObject? step)
    {
        var share = _looked == 0 ? 0 : (double)counted / _looked;
        _found.Add(new Alert(code, severity, This, _profile.Basis is { IsWhole: true, SampleRows: not null } ? (long)Math.Round(share * _profile.Rows) : counted)
        {
            Share = share, IsEstimate = !_profile.Basis.IsExact, Values = values, Step = step,
        });
    }
}
