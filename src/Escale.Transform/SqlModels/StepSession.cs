using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Compile;

namespace Escale.Transform.SqlModels;

/// <summary>
/// One step's work on the lake: what it reads is mounted at the versions that the step was planned with, its SELECT is a view of the session,
/// and DuckDB's errors come back with the line of the author's file. Not thread-safe.
/// </summary>
internal sealed class StepSession : IDisposable
{
    private const string Schema = "escale_step";
    private const string Head = $"CREATE OR REPLACE VIEW {Schema}.new_rows AS\n";
    private readonly Project _project;
    private readonly StepContext _context;
    private readonly LakeSession _session;
    private readonly CancellationToken _cancellationToken;
    private bool _readsAreMounted;
    private CompiledSql? _compiled;

    public StepSession(Project project, LakeEngine engine, StepContext context, CancellationToken cancellationToken)
    {
        _project = project;
        _context = context;
        _cancellationToken = cancellationToken;
        _session = engine.OpenSession();
    }

    /// <summary>The step's SELECT as a relation.</summary>
    public static string NewRows => $"{Schema}.new_rows";

    public LakeSession Lake => _session;

    public DuckConnection Connection => _session.Connection;

    public LakeCatalog Catalog => _session.Catalog;

    private Asset Asset => _context.Asset;

    /// <summary>Compiles the asset; queries of its macros see what it reads.</summary>
    public CompiledSql Compile(SqlCompiler compiler, bool isIncremental) => compiler.Compile(
        Asset, new CompileOptions
        {
            IsIncremental = isIncremental,
            FullRefresh = _context.FullRefresh,
            InvocationId = _context.Run.Value,
            Query = Query,
            Columns = Columns,
            Log = _context.Log,
        }, _cancellationToken);

    /// <summary>Makes what is read visible, at the versions planned.</summary>
    public void MountReads(IEnumerable<string> ids)
    {
        foreach (var id in ids)
        {
            if (_project.Graph[id] is { Table: { } table } input)
            {
                Mount(input, table);
            }
        }
    }

    /// <summary>Declares the SELECT; binding errors show at their line of the source.</summary>
    public void Define(CompiledSql compiled, string compiledPath)
    {
        Connection.Execute($"CREATE SCHEMA IF NOT EXISTS {Schema}");
        try
        {
            _compiled = compiled;
            using var statement = Connection.Prepare(Head + compiled.Sql);
            statement.Execute(_cancellationToken);
        }
        catch (EscaleException error) when (IsSql(error))
        {
            var place = error.Place?.Line is { } line ? compiled.SourceOf(line - 1, error.Place.Column) : null;
            throw Explain(error, place, compiledPath);
        }
    }

    /// <summary>The columns of a relation of the session.</summary>
    public IReadOnlyList<DuckColumn> Describe(string relation)
    {
        using var result = Connection.Query($"SELECT * FROM {relation} LIMIT 0", _cancellationToken);
        return result.Columns;
    }

    /// <summary>Runs something that reads rows; an error of the SQL names the source, and its line where DuckDB knows the expression.</summary>
    public T Run<T>(Func<T> body, string compiledPath)
    {
        try
        {
            Connection.ReportPositions();
            var result = body();
            Connection.ReportPositions(on: false);
            return result;
        }
        catch (EscaleException error) when (IsSql(error))
        {
            var at = error.InnerException is DuckReport { PositionBytes: { } bytes } && _compiled is { } compiled
                ? FailedExpression.Find(compiled.Sql, bytes - Head.Length, error.Message)
                : null;
            throw Explain(error, at is { } found ? _compiled!.SourceOf(found.Line, found.Column) : null, compiledPath);
        }
    }

    /// <summary>Runs statements before or after the model; <paramref name="place"/> is where they are configured, when that is known.</summary>
    public void RunHooks(IEnumerable<string> hooks, Place? place)
    {
        foreach (var hook in hooks)
        {
            try
            {
                Connection.Execute(hook, _cancellationToken);
            }
            catch (EscaleException error) when (IsSql(error))
            {
                throw new EscaleException(
                    "transform.hook-failed", $"A hook of '{Asset.Name}' failed: {Short(error.Message)}",
                    "Hooks see what the model reads; lake tables cannot be changed by them.", place ?? new Place(Asset.Path), error);
            }
        }
    }

    public void Dispose() => _session.Dispose();

    private static bool IsSql(EscaleException error) => error.Code.StartsWith("engines.duckdb.", StringComparison.Ordinal);

    /// <summary>DuckDB repeats the line of the SQL that it was given; the author wants the line of the file.</summary>
    private static string Short(string message) => message.IndexOf("\n\nLINE ", StringComparison.Ordinal) is > 0 and var at ? message[..at] : message;

    private EscaleException Explain(EscaleException error, Place? place, string compiledPath)
    {
        var at = place?.File is null ? new Place(Asset.Path, Table: Asset.Table?.ToString()) : place with { Table = Asset.Table?.ToString() };
        var missing = error.Code == "engines.duckdb.catalog" ? "Read tables through ref() or source(): only these are there. " : "";
        return new EscaleException(error.Code, Short(error.Message), error.Remedy ?? $"{missing}The compiled SQL is in {compiledPath}.", at, error);
    }

    private void Mount(Asset input, TableName table)
    {
        try
        {
            var isTable = Catalog.View(table) is null;
            var isPlanned = _context.InputVersions.TryGetValue(input.Id, out var text)
                && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
            _session.Mount(table, isTable && isPlanned ? long.Parse(text!, CultureInfo.InvariantCulture) : null);
        }
        catch (EscaleException error) when (error.Code == "lake.table-not-found")
        {
            throw new EscaleException(
                "transform.input-missing", $"'{Asset.Name}' reads {table}, which has not been made yet.", $"Run it first: escale run --select +{Asset.Name}",
                new Place(Asset.Path, Table: table.ToString()), error);
        }
    }

    private QueryTable Query(string sql)
    {
        MountOnce();
        using var result = Connection.Query(sql, _cancellationToken);
        return new QueryTable([.. result.Columns.Select(column => column.Name)], [.. result.Rows().Select(row => row.ToArray())]);
    }

    private List<(string Name, string Type)>? Columns(TableName table)
    {
        if (Catalog.View(table) is null && !Catalog.Exists(table))
        {
            return null;
        }
        _session.Mount(table);
        return [.. Describe(table.ToSql()).Select(column => (column.Name, column.Type.ToString()!))];
    }

    private void MountOnce()
    {
        if (!_readsAreMounted)
        {
            _readsAreMounted = true;
            MountReads(Asset.Reads);
        }
    }
}
