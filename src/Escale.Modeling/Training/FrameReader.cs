using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Learning.Frames;

namespace Escale.Modeling.Training;

/// <summary>Rows to learn from, and where they are from.</summary>
/// <param name="Frame">The rows.</param>
/// <param name="Version">The version of the table that was read; null for views and files.</param>
/// <param name="LeftOut">Columns of types that nothing can be learned from.</param>
internal sealed record TrainingData(Frame Frame, long? Version, IReadOnlyList<string> LeftOut);

/// <summary>
/// Reads tables of the lake and files into frames, a chunk of DuckDB's vectors at a time, without an object for any row. Files from outside are read in the sandbox.
/// </summary>
internal sealed class FrameReader(LakeEngine engine, SandboxPool sandbox, IFileTables files, ProjectRoot root)
{
    private const long MostCells = 1_500_000_000;

    /// <summary>Reads a table or view.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="version">The version; null for the newest.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <param name="preparation">What is done to the rows as they are read, or null.</param>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>, <c>modeling.table-too-large</c>.</exception>
    public TrainingData Read(TableName table, long? version, CancellationToken cancellationToken, RowPreparation? preparation = null) => Read(table, version, null, preparation, cancellationToken);

    /// <summary>Reads so many rows of a table or view, the same ones each time: to look at before it is learned from.</summary>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>.</exception>
    public TrainingData Sample(TableName table, int rows, CancellationToken cancellationToken) => Read(table, null, rows, null, cancellationToken);

    private TrainingData Read(TableName table, long? version, int? sample, RowPreparation? preparation, CancellationToken cancellationToken)
    {
        using var session = engine.OpenSession();
        var isView = engine.Catalog.View(table) is not null;
        var snapshot = isView ? null : version is { } number ? engine.Catalog.Table(table).Read(number) : engine.Catalog.Table(table).Read();
        if (sample is null && snapshot is { RowCount: { } rows } && rows * Math.Max(1, snapshot.Schema.Columns.Count) > MostCells)
        {
            throw TooLarge(table.ToString());
        }
        session.Mount(table, isView ? null : snapshot!.Version);
        var some = sample is { } count ? string.Create(CultureInfo.InvariantCulture, $" USING SAMPLE reservoir({count} ROWS) REPEATABLE (1)") : "";
        var sql = $"SELECT * FROM {table.ToSql()}{some}";
        if (preparation is not null)
        {
            using var described = session.Connection.Query($"{sql} LIMIT 0", cancellationToken);
            sql = Prepared(sql, preparation, described.Columns);
        }
        using var result = session.Connection.Query(sql, cancellationToken);
        var builder = new FrameBuilder(result.Columns, table.ToString());
        while (result.TryRead(out var chunk))
        {
            cancellationToken.ThrowIfCancellationRequested();
            builder.Add(chunk);
        }
        return new TrainingData(builder.Build(), snapshot?.DataVersion, builder.LeftOut);
    }

    /// <summary>The rows of a table or view, so many at a time and never all; at least one frame, which may be empty.</summary>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>.</exception>
    public IEnumerable<Frame> Stream(TableName table, long? version, RowPreparation? preparation, int rows, CancellationToken cancellationToken)
    {
        using var session = engine.OpenSession();
        session.Mount(table, engine.Catalog.View(table) is not null ? null : version);
        var sql = $"SELECT * FROM {table.ToSql()}";
        if (preparation is not null)
        {
            using var described = session.Connection.Query($"{sql} LIMIT 0", cancellationToken);
            sql = Prepared(sql, preparation, described.Columns);
        }
        using var result = session.Connection.Query(sql, cancellationToken);
        var (builder, hasAny) = (new FrameBuilder(result.Columns, table.ToString()), false);
        while (result.TryRead(out var chunk))
        {
            cancellationToken.ThrowIfCancellationRequested();
            builder.Add(chunk);
            if (builder.Rows >= rows)
            {
                yield return builder.Build();
                (builder, hasAny) = (new FrameBuilder(result.Columns, table.ToString()), true);
            }
        }
        if (builder.Rows > 0 || !hasAny)
        {
            yield return builder.Build();
        }
    }

    /// <summary>The rows of a file, as <see cref="Stream(TableName, long?, RowPreparation?, int, CancellationToken)"/>. It is not trusted.</summary>
    /// <exception cref="EscaleException"><c>collect.file-*</c>, <c>engines.duckdb.*</c>, <c>engines.sandbox.*</c>.</exception>
    public async IAsyncEnumerable<Frame> StreamFileAsync(string path, RowPreparation? preparation, int rows, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = await files.OpenAsync(path, cancellationToken);
        await using var session = await sandbox.RentAsync(
            new SandboxPolicy { ReadPaths = file.ReadPaths, Timeout = TimeSpan.FromHours(1), MaxRows = int.MaxValue, SpillFolder = root.SpillFolder, Threads = Environment.ProcessorCount }, cancellationToken);
        var sql = file.Sql;
        if (preparation is not null)
        {
            await using var described = await session.QueryAsync($"SELECT * FROM ({file.Sql}) AS rows_of_file LIMIT 0", null, cancellationToken);
            sql = Prepared(file.Sql, preparation, described.Columns);
        }
        await using var result = await session.QueryAsync(sql, null, cancellationToken);
        var (builder, hasAny) = (new FrameBuilder(result.Columns, file.Name), false);
        while (await result.ReadAsync(cancellationToken))
        {
            builder.Add(result.Chunk);
            if (builder.Rows >= rows)
            {
                yield return builder.Build();
                (builder, hasAny) = (new FrameBuilder(result.Columns, file.Name), true);
            }
        }
        if (builder.Rows > 0 || !hasAny)
        {
            yield return builder.Build();
        }
    }

    /// <summary>Reads a file of the user's, of any kind that can be opened as a table. It is not trusted.</summary>
    /// <exception cref="EscaleException"><c>collect.file-*</c>, <c>engines.duckdb.*</c>, <c>engines.sandbox.*</c>.</exception>
    public async Task<TrainingData> ReadFileAsync(string path, CancellationToken cancellationToken, RowPreparation? preparation = null)
    {
        await using var file = await files.OpenAsync(path, cancellationToken);
        await using var session = await sandbox.RentAsync(
            new SandboxPolicy { ReadPaths = file.ReadPaths, Timeout = TimeSpan.FromHours(1), MaxRows = int.MaxValue, SpillFolder = root.SpillFolder, Threads = Environment.ProcessorCount }, cancellationToken);
        var sql = file.Sql;
        if (preparation is not null)
        {
            await using var described = await session.QueryAsync($"SELECT * FROM ({file.Sql}) AS rows_of_file LIMIT 0", null, cancellationToken);
            sql = Prepared(file.Sql, preparation, described.Columns);
        }
        await using var result = await session.QueryAsync(sql, null, cancellationToken);
        var builder = new FrameBuilder(result.Columns, file.Name);
        while (await result.ReadAsync(cancellationToken))
        {
            builder.Add(result.Chunk);
        }
        return new TrainingData(builder.Build(), null, builder.LeftOut);
    }

    /// <summary>Raw rows as the recipe would have made them, in their order. Columns that are not there are missing values.</summary>
    private static string Prepared(string sql, RowPreparation preparation, IReadOnlyList<DuckColumn> columns)
    {
        var inputs = preparation.Inputs.Select(input =>
        {
            var type = input.DataType ?? "varchar";
            var found = columns.FirstOrDefault(column => column.Name.Equals(input.Name, StringComparison.OrdinalIgnoreCase));
            return $"{(found is null ? $"NULL::{type}" : $"TRY_CAST({DuckSql.Name(found.Name)} AS {type})")} AS {DuckSql.Name(input.Name)}";
        });
        return $"WITH input AS (SELECT row_number() OVER () AS __row, {string.Join(", ", inputs)} FROM ({sql}) AS raw)\nSELECT * EXCLUDE (__row) FROM ({preparation.Sql}) AS prepared ORDER BY __row";
    }

    /// <summary>Whether a table has versions: a view has none of its own.</summary>
    public bool IsVersioned(TableName table) => engine.Catalog.View(table) is null;

    /// <summary>The version of a table that stands now, as the fingerprint of a training's data; null when there is no such table.</summary>
    public string? VersionOf(TableName table) => engine.Catalog.View(table) is { } view
        ? view.Fingerprint ?? view.Sql
        : engine.Catalog.Table(table).TryRead()?.DataVersion.ToString(CultureInfo.InvariantCulture);

    /// <summary>How many rows a table has, now or at a version; null when that is not known.</summary>
    public long? RowCountOf(TableName table, string? version)
    {
        if (engine.Catalog.View(table) is not null)
        {
            return null;
        }
        try
        {
            return version is null ? engine.Catalog.Table(table).TryRead()?.RowCount : long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? engine.Catalog.Table(table).Read(number).RowCount : null;
        }
        catch (EscaleException)
        {
            return null; // The version is gone.
        }
    }

    private static EscaleException TooLarge(string name) => new(
        "modeling.table-too-large", $"{name} is too large to learn from in memory.", "Train on a model that samples it, for example: select * from it using sample 1000000 rows.", new Place(null, Table: name));

    private sealed class FrameBuilder
    {
        private readonly FrameColumn?[] _columns;
        private readonly string _name;
        private long _rows;

        public FrameBuilder(IReadOnlyList<DuckColumn> columns, string name)
        {
            (_columns, _name) = ([.. columns.Select(FrameColumn.Of)], name);
            LeftOut = [.. columns.Where((_, at) => _columns[at] is null).Select(column => column.Name)];
        }

        public IReadOnlyList<string> LeftOut { get; }

        public long Rows => _rows;

        public void Add(ResultChunk chunk)
        {
            _rows += chunk.RowCount;
            if (_rows > int.MaxValue / 4 || _rows * _columns.Length > MostCells)
            {
                throw TooLarge(_name);
            }
            for (var at = 0; at < _columns.Length; at++)
            {
                _columns[at]?.Add(chunk[at]);
            }
        }

        public Frame Build() => new(_columns.OfType<FrameColumn>().Select(column => column.Build()));
    }
}
