using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Endpoints;

/// <summary>
/// A connection with a recipe's statement prepared on it; for one thread at a time. Each column is one parameter, a list of exactly the type that the statement was planned for: DuckDB then runs
/// the plan that it has, rather than making another for each row.
/// </summary>
internal sealed class PreparedRows(DuckConnection connection, string sql, IReadOnlyList<ModelColumn> inputs, int outputs) : IDisposable
{
    private readonly DuckStatement _statement = connection.Prepare(sql);

    /// <summary>The SQL type in which values of a column are handed over.</summary>
    public static string TypeOf(ModelColumn column) => column switch
    {
        { Kind: ColumnKind.Boolean } => "boolean",
        { Role: ColumnRole.Timestamp } => "timestamp",
        { Role: ColumnRole.Number } => "double",
        _ => "varchar",
    };

    /// <summary>Prepares so many rows.</summary>
    /// <param name="count">How many.</param>
    /// <param name="valueOf">The value of a row and column.</param>
    /// <param name="take">Is given each prepared row.</param>
    /// <exception cref="EscaleException">DuckDB's, or the recipe gave other rows than those asked.</exception>
    public void Run(int count, Func<int, int, object?> valueOf, Action<int, object?[]> take)
    {
        var numbers = new long[count];
        for (var row = 0; row < count; row++)
        {
            numbers[row] = row;
        }
        _statement.Bind(1, numbers);
        for (var column = 0; column < inputs.Count; column++)
        {
            Bind(column, count, valueOf);
        }
        using var result = _statement.Query();
        var seen = 0;
        while (result.TryRead(out var chunk))
        {
            for (var at = 0; at < chunk.RowCount; at++, seen++)
            {
                var values = new object?[outputs];
                for (var column = 0; column < outputs; column++)
                {
                    values[column] = chunk[column + 1].Value(at);
                }
                take((int)chunk[0].Values<long>()[at], values);
            }
        }
        if (seen != count)
        {
            throw new EscaleException("modeling.row-not-prepared", "The recipe gave no row, or several.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statement.Dispose();
        connection.Dispose();
    }

    /// <summary>As columns of tables become columns to learn from.</summary>
    public static Cell CellOf(object? value) => value switch
    {
        null => default(Cell),
        string text => text,
        bool flag => flag,
        double number => number,
        DateTime moment => moment,
        DateTimeOffset moment => moment.UtcDateTime,
        DateOnly day => day.ToDateTime(TimeOnly.MinValue),
        TimeOnly time => time.Ticks / (double)TimeSpan.TicksPerSecond,
        TimeSpan time => time.TotalSeconds,
        Int128 number => (double)number,
        UInt128 number => (double)number,
        IConvertible number => number.ToDouble(CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    /// <summary>A prepared value as the text that tables show.</summary>
    public static string? TextOf(object? value) => value switch
    {
        null => null,
        bool flag => flag ? "true" : "false",
        DateTime moment => moment.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset moment => TextOf(moment.UtcDateTime),
        DateOnly day => TextOf(day.ToDateTime(TimeOnly.MinValue)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    private void Bind(int column, int count, Func<int, int, object?> valueOf)
    {
        _ = TypeOf(inputs[column]) switch
        {
            "boolean" => _statement.Bind(column + 2, Values(row => valueOf(row, column) is double number ? number != 0 : valueOf(row, column) as bool?)),
            "timestamp" => _statement.Bind(column + 2, Values(row => valueOf(row, column) as DateTime?)),
            "double" => _statement.Bind(column + 2, Values(row => valueOf(row, column) is bool flag ? flag ? 1.0 : 0.0 : valueOf(row, column) as double?)),
            _ => _statement.Bind(column + 2, Values(row => valueOf(row, column) as string)),
        };

        T[] Values<T>(Func<int, T> of)
        {
            var values = new T[count];
            for (var row = 0; row < count; row++)
            {
                values[row] = of(row);
            }
            return values;
        }
    }
}
