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
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>, <c>modeling.table-too-large</c>.</exception>
    public TrainingData Read(TableName table, long? version, CancellationToken cancellationToken) => Read(table, version, null, cancellationToken);

    /// <summary>Reads so many rows of a table or view, the same ones each time: to look at before it is learned from.</summary>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>.</exception>
    public TrainingData Sample(TableName table, int rows, CancellationToken cancellationToken) => Read(table, null, rows, cancellationToken);

    private TrainingData Read(TableName table, long? version, int? sample, CancellationToken cancellationToken)
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
        using var result = session.Connection.Query($"SELECT * FROM {table.ToSql()}{some}", cancellationToken);
        var builder = new FrameBuilder(result.Columns, table.ToString());
        while (result.TryRead(out var chunk))
        {
            cancellationToken.ThrowIfCancellationRequested();
            builder.Add(chunk);
        }
        return new TrainingData(builder.Build(), snapshot?.DataVersion, builder.LeftOut);
    }

    /// <summary>Reads a file of the user's, of any kind that can be opened as a table. It is not trusted.</summary>
    /// <exception cref="EscaleException"><c>collect.file-*</c>, <c>engines.duckdb.*</c>, <c>engines.sandbox.*</c>.</exception>
    public async Task<TrainingData> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = await files.OpenAsync(path, cancellationToken);
        await using var session = await sandbox.RentAsync(
            new SandboxPolicy { ReadPaths = file.ReadPaths, Timeout = TimeSpan.FromHours(1), MaxRows = int.MaxValue, SpillFolder = root.SpillFolder, Threads = Environment.ProcessorCount }, cancellationToken);
        await using var result = await session.QueryAsync(file.Sql, null, cancellationToken);
        var builder = new FrameBuilder(result.Columns, file.Name);
        while (await result.ReadAsync(cancellationToken))
        {
            builder.Add(result.Chunk);
        }
        return new TrainingData(builder.Build(), null, builder.LeftOut);
    }

    /// <summary>Whether a table has versions: a view has none of its own.</summary>
    public bool IsVersioned(TableName table) => engine.Catalog.View(table) is null;

    /// <summary>The version of a table that stands now, as the fingerprint of a training's data; null when there is no such table.</summary>
    public string? VersionOf(TableName table) => engine.Catalog.View(table) is { } view
        ? view.Fingerprint ?? view.Sql
        : engine.Catalog.Table(table).TryRead()?.DataVersion.ToString(CultureInfo.InvariantCulture);

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
