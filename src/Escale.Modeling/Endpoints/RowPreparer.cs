using System.Collections.Concurrent;
using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Endpoints;

/// <summary>
/// Does to single rows what a recipe did to those that a model learned from: the recipe's SQL, prepared once, in a DuckDB of its own that sees no file and no network. What is asked while a
/// statement runs is done together by the next one, so that many requests cost little more than one. Thread-safe.
/// </summary>
internal sealed class RowPreparer : IDisposable
{
    private const int MostSpare = 4;
    private const int MostTogether = 1024;

    private readonly Lazy<DuckDatabase> _database = new(Open);
    private readonly ConcurrentBag<PreparedRows> _spare = [];
    private readonly Lock _gate = new();
    private readonly ModelSchema _schema;
    private readonly string _sql;
    private List<Job> _waiting = [];
    private bool _isRunning;

    /// <summary>Creates it, and finds out which fields a row cannot do without.</summary>
    /// <param name="preparation">What is done.</param>
    /// <param name="schema">What the model reads.</param>
    public RowPreparer(RowPreparation preparation, ModelSchema schema)
    {
        _schema = schema;
        Example = preparation.Inputs.Zip(preparation.Example).ToDictionary(pair => pair.First.Name, pair => (IReadOnlyList<string?>)[pair.Second], StringComparer.Ordinal);
        Columns = [.. preparation.Inputs.Select(ColumnOf)];
        var inputs = Columns.Select((column, at) =>
            $"unnest(${(at + 2).ToString(CultureInfo.InvariantCulture)}::{PreparedRows.TypeOf(column)}[])::{preparation.Inputs[at].DataType ?? "varchar"} as {DuckSql.Name(column.Name)}");
        _sql = $"with input as (select unnest($1::bigint[]) as __row, {string.Join(", ", inputs)}) select __row, {string.Join(", ", schema.Columns.Select(column => DuckSql.Name(column.Name)))} from ({Inlined(preparation.Sql)}) as prepared";
        var needed = NeededFields.Of(Columns, schema, rows =>
        {
            var job = new Job(rows, new object?[rows.Count][]);
            Run([job]);
            return job.Prepared;
        });
        Columns = [.. Columns.Select((column, at) => column with { HadMissing = !needed[at] })];
    }

    /// <summary>The columns of raw rows. Those without which a column would be missing that never was in training have to be there.</summary>
    public IReadOnlyList<ModelColumn> Columns { get; }

    /// <summary>A raw row as training saw one, by field; empty when none was kept.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string?>> Example { get; }

    /// <summary>Prepares rows.</summary>
    /// <param name="raw">Rows with their values in the order of <see cref="Columns"/>: numbers, texts, true or false, moments, or null.</param>
    /// <returns>For each row the values in the order of the model's columns.</returns>
    /// <exception cref="LearningException">A value cannot be prepared (<c>learning.not-prepared</c>).</exception>
    public ValueTask<object?[][]> PrepareAsync(IReadOnlyList<object?[]> raw)
    {
        var job = new Job(raw, new object?[raw.Count][]);
        lock (_gate)
        {
            if (_isRunning)
            {
                _waiting.Add(job);
                return new ValueTask<object?[][]>(job.Done.Task);
            }
            _isRunning = true;
        }
        // Nobody else is at it: here and now, which is faster than to hand it over.
        RunAll([job]);
        Next();
        return new ValueTask<object?[][]>(job.Done.Task);
    }

    /// <summary>Sets a prepared row.</summary>
    public void Set(object?[] prepared, ModelRow row)
    {
        row.Clear();
        for (var at = 0; at < _schema.Columns.Count; at++)
        {
            row[at] = PreparedRows.CellOf(prepared[at]);
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

    private void Next()
    {
        lock (_gate)
        {
            _isRunning = _waiting.Count > 0;
            if (_isRunning)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static preparer => preparer.Drain(), this, preferLocal: false);
            }
        }
    }

    private void Drain()
    {
        List<Job> jobs;
        lock (_gate)
        {
            (jobs, _waiting) = (_waiting, []);
        }
        RunAll(jobs);
        Next();
    }

    // What fails together is done one by one, so that nobody gets another's error.
    private void RunAll(List<Job> jobs)
    {
        if (jobs.Count == 1 || !TryRun(jobs))
        {
            foreach (var job in jobs)
            {
                TryRun([job], isLast: true);
            }
        }
    }

    private bool TryRun(List<Job> jobs, bool isLast = false)
    {
        try
        {
            Run(jobs);
            jobs.ForEach(job => job.Done.TrySetResult(job.Prepared));
            return true;
        }
        catch (EscaleException error)
        {
            if (isLast)
            {
                jobs.ForEach(job => job.Done.TrySetException(new LearningException("learning.not-prepared", $"The recipe cannot prepare this row: {error.Message}", "Send values like those that the model learned from.")));
            }
            return false;
        }
    }

    private void Run(List<Job> jobs)
    {
        var statement = _spare.TryTake(out var spare) ? spare : new PreparedRows(_database.Value.Connect(), _sql, Columns, _schema.Columns.Count);
        try
        {
            var places = jobs.SelectMany(job => Enumerable.Range(0, job.Raw.Count).Select(row => (job, row))).ToArray();
            for (var from = 0; from < places.Length; from += MostTogether)
            {
                var some = places.AsMemory(from, Math.Min(MostTogether, places.Length - from));
                statement.Run(some.Length, (row, column) => some.Span[row] is var (job, at) ? job.Raw[at][column] : null, (row, values) => some.Span[row].job.Prepared[some.Span[row].row] = values);
            }
        }
        catch (EscaleException)
        {
            statement.Dispose();
            throw;
        }
        if (_spare.Count < MostSpare)
        {
            _spare.Add(statement);
        }
        else
        {
            statement.Dispose();
        }
    }

    // Each step of the recipe is a relation that is read once: keeping its rows aside, as DuckDB does by itself, costs more than the step.
    private static string Inlined(string sql) => sql.Replace(" as (\n  ", " as not materialized (\n  ", StringComparison.Ordinal);

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

    private sealed record Job(IReadOnlyList<object?[]> Raw, object?[][] Prepared)
    {
        public TaskCompletionSource<object?[][]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
