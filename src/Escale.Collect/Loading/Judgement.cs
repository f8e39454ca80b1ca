using System.Text;
using Escale.Collect.Definitions;

namespace Escale.Collect.Loading;

/// <summary>A rule that a row can break.</summary>
/// <param name="Kind">Its name: <c>type</c>, <c>not_null</c>, …</param>
/// <param name="Field">The column.</param>
/// <param name="Reason">What to say of a row that breaks it.</param>
/// <param name="Condition">The SQL condition that is true when it is broken.</param>
/// <param name="IsFatal">The contract makes the load fail on it.</param>
internal sealed record Check(string Kind, string Field, string Reason, string Condition, bool IsFatal = false);

/// <summary>Writes the SQL that reads raw columns strictly as their types and says which rule a row breaks first.</summary>
internal static class Judgement
{
    /// <summary>The value of a raw expression as a type, NULL when it is not one. Never rounds, cuts or guesses.</summary>
    public static string Read(string raw, string batchType, PlannedColumn column, Files.CsvDialect? dialect)
    {
        var target = column.Target;
        raw = Filled(raw, batchType, column.Rule);
        if (batchType == target || ColumnPlan.TableType(batchType) == target)
        {
            return batchType == target ? raw : $"CAST({raw} AS {target})";
        }
        if (target == SqlTypes.Text)
        {
            return IsNested(batchType) ? $"CAST(to_json({raw}) AS VARCHAR)" : $"CAST({raw} AS VARCHAR)";
        }
        if (batchType == SqlTypes.Text)
        {
            return FromText(raw, target, column.Rule, dialect);
        }
        if (IsWhole(target) && batchType is SqlTypes.Number or "FLOAT")
        {
            return $"CASE WHEN {raw} = trunc({raw}) THEN TRY_CAST({raw} AS {target}) END";
        }
        return $"TRY_CAST({raw} AS {target})";
    }

    /// <summary>The raw expression, NULL where its text is one of the column's words for nothing.</summary>
    private static string Filled(string raw, string? batchType, ColumnRule? rule) => rule is { NullValues: { Count: > 0 } words } && batchType == SqlTypes.Text
        ? $"(CASE WHEN trim({raw}) NOT IN ({string.Join(", ", words.Select(Sql.Text))}) THEN {raw} END)"
        : raw;

    /// <summary>Whether reading can fail.</summary>
    public static bool CanFail(string batchType, PlannedColumn column) =>
        batchType != column.Target && ColumnPlan.TableType(batchType) != column.Target && column.Target != SqlTypes.Text;

    /// <summary>The rules of a column, over the raw expression and the read value.</summary>
    public static IEnumerable<Check> Checks(SourceTable table, PlannedColumn column, string raw, string? batchType, string value)
    {
        var name = column.Name;
        raw = Filled(raw, batchType, column.Rule);
        if (column.IsRefused)
        {
            yield return new Check("contract", name, $"'{name}' is not a column of the contract", $"{raw} IS NOT NULL");
            yield break;
        }
        if (batchType is not null && CanFail(batchType, column) && column.OnMismatch != ContractMode.DiscardValue)
        {
            yield return new Check("type", name, $"'{name}' is not {TypeName(column.Target)}", $"{raw} IS NOT NULL AND {value} IS NULL", column.OnMismatch == ContractMode.Freeze);
        }
        var isKey = table.Mode == LoadMode.Merge && table.Keys.Any(key => ColumnPlan.Same(key, name));
        if (column.Rule?.NotNull == true || isKey)
        {
            yield return new Check("not_null", name, $"'{name}' is empty", $"{value} IS NULL");
        }
        if (column.Rule is not { } rule)
        {
            yield break;
        }
        if (rule.Accepted.Count > 0)
        {
            yield return new Check("accepted", name, $"'{name}' is none of the accepted values", $"{value} IS NOT NULL AND CAST({value} AS VARCHAR) NOT IN ({string.Join(", ", rule.Accepted.Select(Sql.Text))})");
        }
        if (rule.Min is { } min)
        {
            yield return new Check("min", name, $"'{name}' is less than {min}", $"{value} < CAST({Sql.Text(min)} AS {column.Target})");
        }
        if (rule.Max is { } max)
        {
            yield return new Check("max", name, $"'{name}' is more than {max}", $"{value} > CAST({Sql.Text(max)} AS {column.Target})");
        }
        if (rule.Pattern is { } pattern)
        {
            yield return new Check("pattern", name, $"'{name}' does not match {pattern}", $"{value} IS NOT NULL AND NOT regexp_full_match(CAST({value} AS VARCHAR), {Sql.Text(pattern)})");
        }
    }

    /// <summary><c>CASE WHEN … THEN 1 … ELSE 0 END</c>.</summary>
    public static string FirstBroken(IReadOnlyList<Check> checks)
    {
        if (checks.Count == 0)
        {
            return "0";
        }
        var text = new StringBuilder("CASE");
        for (var i = 0; i < checks.Count; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $" WHEN {checks[i].Condition} THEN {i + 1}");
        }
        return text.Append(" ELSE 0 END").ToString();
    }

    public static bool IsNested(string type) => type.EndsWith(']') || type.StartsWith("STRUCT", StringComparison.Ordinal) || type.StartsWith("MAP", StringComparison.Ordinal);

    public static bool IsWhole(string type) => type is "TINYINT" or "SMALLINT" or "INTEGER" or SqlTypes.Integer;

    private static string TypeName(string type) => type switch
    {
        SqlTypes.Integer or "INTEGER" or "SMALLINT" => $"a whole number ({type.ToLowerInvariant()})",
        SqlTypes.Number => "a number",
        SqlTypes.Boolean => "true or false",
        SqlTypes.Date => "a date",
        SqlTypes.TimestampTz => "a point in time",
        _ => $"of type {type.ToLowerInvariant()}",
    };

    /// <summary>The text of a number without its unit and its separators, with a point before the fraction; NULL where the separators do not stand between groups of three.</summary>
    private static string Number(string raw, ColumnRule? rule, Files.CsvDialect? dialect)
    {
        var mark = rule?.Decimal ?? dialect?.Decimal ?? '.';
        var text = rule?.Unit is { } unit ? $"trim(replace({raw}, {Sql.Text(unit)}, ''))" : raw;
        if (rule?.Thousands is { Length: > 0 } group)
        {
            var separator = string.Concat(group.Select(letter => char.IsWhiteSpace(letter) ? @"\s\x{00A0}\x{202F}\x{2009}" : System.Text.RegularExpressions.Regex.Escape(letter.ToString())));
            var pattern = $@"\s*[-+]?([0-9]+|[0-9]{{1,3}}([{separator}][0-9]{{3}})+)([{(mark == '.' ? @"\." : ",")}][0-9]*)?\s*";
            text = $"CASE WHEN regexp_full_match({text}, {Sql.Text(pattern)}) THEN regexp_replace({text}, {Sql.Text($"[{separator}]")}, '', 'g') END";
        }
        return mark == ',' ? $"replace({text}, ',', '.')" : text;
    }

    private static string FromText(string raw, string target, ColumnRule? rule, Files.CsvDialect? dialect)
    {
        var format = rule?.Format;
        var number = Number(raw, rule, dialect);
        if (rule is { Language: "fr", Format: { } words })
        {
            (raw, format) = (FrenchDates.PlainSql(raw), FrenchDates.InNumbers(words));
        }
        if (IsWhole(target))
        {
            var whole = rule is { Unit: not null } or { Thousands: not null } ? number : raw;
            return $@"CASE WHEN regexp_full_match({whole}, '\s*[-+]?[0-9]+\s*') THEN TRY_CAST({whole} AS {target}) END";
        }
        if (target == SqlTypes.Number || target.StartsWith("DECIMAL", StringComparison.Ordinal) || target == "FLOAT")
        {
            return $@"CASE WHEN regexp_full_match({number}, '\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*') THEN TRY_CAST({number} AS {target}) END";
        }
        switch (target)
        {
            case SqlTypes.Boolean:
                return $"CASE WHEN lower(trim({raw})) IN ('true', 't', 'yes', 'y', '1', 'oui', 'vrai') THEN true WHEN lower(trim({raw})) IN ('false', 'f', 'no', 'n', '0', 'non', 'faux') THEN false END";
            case SqlTypes.Date when (format ?? dialect?.DateFormat) is { } date:
                return $"TRY_CAST(try_strptime({raw}, {Sql.Text(date)}) AS DATE)";
            case SqlTypes.Date:
                return $@"CASE WHEN regexp_full_match({raw}, '\s*[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}\s*') THEN TRY_CAST({raw} AS DATE) END";
            case SqlTypes.TimestampTz when (format ?? dialect?.TimestampFormat) is { } timestamp:
                return $"CAST(try_strptime({raw}, {Sql.Text(timestamp)}) AS TIMESTAMP WITH TIME ZONE)";
            default:
                return $"TRY_CAST({raw} AS {target})";
        }
    }
}
