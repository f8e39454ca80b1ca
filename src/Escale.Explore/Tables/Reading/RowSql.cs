using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Explore.Tables.Reading;

/// <summary>Our own SQL for a <see cref="RowQuery"/>: names quoted, values as parameters, cast to the type of their column.</summary>
internal sealed class RowSql
{
    private readonly List<string> _values = [];

    private RowSql()
    {
    }

    /// <summary><c>WHERE …</c>, or nothing.</summary>
    public string Where { get; private set; } = "";

    /// <summary><c>ORDER BY …</c>, or nothing.</summary>
    public string OrderBy { get; private set; } = "";

    /// <summary>The clauses of a query.</summary>
    public static RowSql Of(TableShape shape, RowQuery query)
    {
        var sql = new RowSql();
        var conditions = query.Filters.Select(filter => sql.Condition(filter, shape.Columns.First(column => column.Name == filter.Column))).ToList();
        sql.Where = conditions.Count == 0 ? "" : "\nWHERE " + string.Join("\n  AND ", conditions);
        var orders = query.Sorts.Select(sort => $"{DuckSql.Name(sort.Column)} {(sort.IsDescending ? "DESC" : "ASC")} NULLS LAST").ToList();
        sql.OrderBy = orders.Count == 0 ? "" : "\nORDER BY " + string.Join(", ", orders);
        return sql;
    }

    /// <summary>The columns that are asked for, as a list.</summary>
    public static string Columns(TableShape shape, RowQuery query) =>
        string.Join(", ", (query.Columns.Count > 0 ? query.Columns : shape.Columns.Select(column => column.Name)).Select(DuckSql.Name));

    /// <summary>The whole query over the rows of <paramref name="scan"/>.</summary>
    public static (string Sql, RowSql Clauses) Whole(TableShape shape, RowQuery query, string scan)
    {
        var clauses = Of(shape, query);
        var limit = query.Limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"\nLIMIT {most}") : "";
        var offset = query.Offset > 0 ? string.Create(CultureInfo.InvariantCulture, $"\nOFFSET {query.Offset}") : "";
        return ($"SELECT {Columns(shape, query)} FROM (\n{scan}\n) t{clauses.Where}{clauses.OrderBy}{limit}{offset}", clauses);
    }

    /// <summary>Runs a text that holds these clauses and reads its result.</summary>
    /// <exception cref="EscaleException"><c>explore.filter-value</c> when a value is none of its column's type.</exception>
    public T Read<T>(DuckConnection connection, string text, Func<DuckResult, T> read, CancellationToken cancellationToken)
    {
        try
        {
            using var statement = Prepare(connection, text);
            using var result = statement.Query(cancellationToken);
            return read(result);
        }
        catch (EscaleException error) when (error.Code == "engines.duckdb.conversion")
        {
            throw Unfit(error);
        }
    }

    /// <summary>What to say when a value of a filter cannot be read as its column's type.</summary>
    public static EscaleException Unfit(EscaleException error) => new(
        "explore.filter-value", $"A value of the filter does not fit its column: {error.Message}", "Write numbers as 12.5, dates as 2026-03-01, times as 2026-03-01 12:00.", inner: error);

    /// <summary>Prepares a text that holds these clauses, its values bound.</summary>
    public DuckStatement Prepare(DuckConnection connection, string text)
    {
        var statement = connection.Prepare(text);
        for (var at = 0; at < _values.Count; at++)
        {
            statement.Bind(at + 1, _values[at]);
        }
        return statement;
    }

    private string Condition(RowFilter filter, TableColumn column)
    {
        var name = DuckSql.Name(column.Name);
        return filter.Op switch
        {
            "isnull" => $"{name} IS NULL",
            "notnull" => $"{name} IS NOT NULL",
            "eq" => $"{name} = {Value(filter.Values[0], column)}",
            "ne" => $"{name} IS DISTINCT FROM {Value(filter.Values[0], column)}",
            "lt" => $"{name} < {Value(filter.Values[0], column)}",
            "lte" => $"{name} <= {Value(filter.Values[0], column)}",
            "gt" => $"{name} > {Value(filter.Values[0], column)}",
            "gte" => $"{name} >= {Value(filter.Values[0], column)}",
            "in" => $"{name} IN ({string.Join(", ", filter.Values.Select(value => Value(value, column)))})",
            "notin" => $"({name} IS NULL OR {name} NOT IN ({string.Join(", ", filter.Values.Select(value => Value(value, column)))}))",
            "notcontains" => $"({name} IS NULL OR NOT contains({Plain(name)}, {Plain(Parameter(filter.Values[0]))}))",
            "contains" => $"contains({Plain(name)}, {Plain(Parameter(filter.Values[0]))})",
            "startswith" => $"starts_with({Plain(name)}, {Plain(Parameter(filter.Values[0]))})",
            "endswith" => $"ends_with({Plain(name)}, {Plain(Parameter(filter.Values[0]))})",
            _ => throw new ArgumentOutOfRangeException(nameof(filter)),
        };
    }

    /// <summary>Text as people compare it: without regard to case and accents.</summary>
    private static string Plain(string expression) => $"strip_accents(lower(CAST({expression} AS VARCHAR)))";

    private string Value(string value, TableColumn column) => $"CAST({Parameter(value)} AS {column.Type})";

    private string Parameter(string value)
    {
        _values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"${_values.Count}");
    }
}
