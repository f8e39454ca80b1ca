using System.Collections.Concurrent;
using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Endpoints;

/// <summary>
/// Does to single rows what a recipe did to those that a model learned from: the recipe's SQL, prepared once for each thread that asks, in a DuckDB of its own that
/// sees no file and no network. Thread-safe.
/// </summary>
internal sealed class RowPreparer : IDisposable
{
    private const int MostSpare = 16;

    private readonly Lazy<DuckDatabase> _database = new(Open);
    private readonly ConcurrentBag<Prepared> _spare = [];
    private readonly string _sql;
    private readonly string[] _wanted;
    private readonly ModelSchema _schema;

    /// <summary>Creates it; DuckDB starts with the first row.</summary>
    /// <param name="preparation">What is done.</param>
    /// <param name="schema">What the model reads.</param>
    public RowPreparer(RowPreparation preparation, ModelSchema schema)
    {
        _schema = schema;
        Columns = [.. preparation.Inputs.Select(ColumnOf)];
        _wanted = [.. schema.Columns.Select(column => column.Name)];
        var inputs = preparation.Inputs.Select((input, at) => $"${(at + 1).ToString(CultureInfo.InvariantCulture)}::{input.DataType ?? "varchar"} as {DuckSql.Name(input.Name)}");
        _sql = $"with input as (select 0::bigint as __row, {string.Join(", ", inputs)}) select {string.Join(", ", _wanted.Select(DuckSql.Name))} from ({preparation.Sql}) as prepared";
    }

    /// <summary>The columns of raw rows; any may be left out.</summary>
    public IReadOnlyList<ModelColumn> Columns { get; }

    /// <summary>Prepares a row.</summary>
    /// <param name="raw">Its values in the order of <see cref="Columns"/>: numbers, texts, true or false, moments, or null.</param>
    /// <param name="row">What is filled.</param>
    /// <exception cref="LearningException">A value cannot be prepared (<c>learning.not-prepared</c>).</exception>
    public void Prepare(ReadOnlySpan<object?> raw, ModelRow row)
    {
        var prepared = _spare.TryTake(out var spare) ? spare : new Prepared(_database.Value.Connect(), _sql);
        try
        {
            prepared.Run(raw, row, _schema.Columns.Count);
        }
        catch (EscaleException error)
        {
            prepared.Dispose();
            throw new LearningException("learning.not-prepared", $"The recipe cannot prepare this row: {error.Message}", "Send values like those that the model learned from.");
        }
        if (_spare.Count < MostSpare)
        {
            _spare.Add(prepared);
        }
        else
        {
            prepared.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_spare.TryTake(out var prepared))
        {
            prepared.Dispose();
        }
        if (_database.IsValueCreated)
        {
            _database.Value.Dispose();
        }
    }

    private static DuckDatabase Open() => DuckDatabase.Open(new DuckSettings
    {
        Threads = 1, MemoryLimitBytes = 256L << 20, Extra = new Dictionary<string, string> { ["enable_external_access"] = "false" },
    });

    private static ModelColumn ColumnOf(AssetColumn input)
    {
        var type = (input.DataType ?? "varchar").ToLowerInvariant();
        var (kind, role) = type switch
        {
            "boolean" => (ColumnKind.Boolean, ColumnRole.Number),
            _ when type.StartsWith("timestamp", StringComparison.Ordinal) || type == "date" => (ColumnKind.Timestamp, ColumnRole.Timestamp),
            _ when type.Contains("int", StringComparison.Ordinal) || type is "double" or "float" || type.StartsWith("decimal", StringComparison.Ordinal) => (ColumnKind.Double, ColumnRole.Number),
            _ => (ColumnKind.Text, ColumnRole.Category),
        };
        return new ModelColumn(input.Name, kind, role, [], double.NaN, double.NaN, HadMissing: true);
    }

    /// <summary>A connection with the statement prepared on it; for one thread at a time.</summary>
    private sealed class Prepared : IDisposable
    {
        private readonly DuckConnection _connection;
        private readonly DuckStatement _statement;

        public Prepared(DuckConnection connection, string sql) => (_connection, _statement) = (connection, connection.Prepare(sql));

        public void Run(ReadOnlySpan<object?> raw, ModelRow row, int columns)
        {
            for (var at = 0; at < raw.Length; at++)
            {
                _ = raw[at] switch
                {
                    double number => _statement.Bind(at + 1, number),
                    bool flag => _statement.Bind(at + 1, flag),
                    DateTime moment => _statement.Bind(at + 1, moment),
                    var text => _statement.Bind(at + 1, text as string),
                };
            }
            using var result = _statement.Query();
            row.Clear();
            if (!result.TryRead(out var chunk) || chunk.RowCount != 1)
            {
                throw new EscaleException("modeling.row-not-prepared", "The recipe gave no row, or several.");
            }
            for (var at = 0; at < columns; at++)
            {
                row[at] = CellOf(chunk[at].Value(0));
            }
        }

        public void Dispose()
        {
            _statement.Dispose();
            _connection.Dispose();
        }

        // As columns of tables become columns to learn from.
        private static Cell CellOf(object? value) => value switch
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
    }
}
