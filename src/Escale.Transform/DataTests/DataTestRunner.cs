using System.Security.Cryptography;
using System.Text;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Projects.Compile;
using Escale.Projects.Dbt;
using Escale.Transform.SqlModels;

namespace Escale.Transform.DataTests;

/// <summary>
/// Runs tests: queries that must return no rows. A failing one shows a sample of its rows; with <c>store_failures</c> they stand in the
/// lake table <c>tests.name</c>.
/// </summary>
/// <param name="project">The project.</param>
/// <param name="compiler">Its compiler.</param>
/// <param name="engine">The lake.</param>
/// <param name="files">Where compiled SQL is kept.</param>
public sealed class DataTestRunner(Project project, SqlCompiler compiler, LakeEngine engine, CompiledFiles files) : IStepRunner
{
    private const int SampleRows = 3;

    /// <inheritdoc/>
    public string Kind => "test";

    /// <summary>A test keeps nothing: whether it passed is in the record of runs.</summary>
    public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken) => ValueTask.FromResult<AssetState?>(null);

    /// <inheritdoc/>
    public Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken) =>
        Task.Run(() => Run(context, (DataTest)context.Asset.Definition!, cancellationToken), cancellationToken);

    private StepResult Run(StepContext context, DataTest test, CancellationToken cancellationToken)
    {
        using var session = new StepSession(project, engine, context, cancellationToken);
        var compiled = session.Compile(compiler, isIncremental: false);
        test = test with { Config = test.Config.WithDefaults(compiled.Config) };
        var path = files.Write(context.Asset, compiled);
        session.MountReads(compiled.Reads);
        session.Define(compiled, path);
        var rows = test.Config.Integer("limit") is { } limit and >= 0 ? $"(SELECT * FROM {StepSession.NewRows} LIMIT {limit})" : StepSession.NewRows;
        var stored = test.Config.Bool("store_failures") == true ? Store(session, context, test, rows, path, cancellationToken) : null;
        var verdict = session.Run(() => Ask(session, test, rows, cancellationToken), path);
        if (!verdict.Warns && !verdict.Fails)
        {
            return new StepResult { RowCount = verdict.Failures, Summary = "passed" };
        }
        var message = Message(session, context, test, verdict, rows, stored, path, cancellationToken);
        return verdict.Fails && !WarnsOnly(test)
            ? throw new EscaleException("transform.test-failed", message, $"The query is in {path}.", test.Place)
            : new StepResult { RowCount = verdict.Failures, Warning = message, Summary = "warned" };
    }

    /// <summary>A test's macro may set its severity, too.</summary>
    private static bool WarnsOnly(DataTest test) => test.WarnsOnly || "warn".Equals(test.Config.Text("severity"), StringComparison.OrdinalIgnoreCase);

    private static Verdict Ask(StepSession session, DataTest test, string rows, CancellationToken cancellationToken)
    {
        var count = $"coalesce(({test.Config.Text("fail_calc") ?? "count(*)"}), 0)";
        var sql = $"""
            SELECT CAST(failures AS BIGINT), failures {test.Config.Text("warn_if") ?? "!= 0"}, failures {test.Config.Text("error_if") ?? "!= 0"}
            FROM (SELECT {count} AS failures FROM {rows} AS dbt_internal_test)
            """;
        using var result = session.Connection.Query(sql, cancellationToken);
        var row = result.Rows().First();
        return new Verdict(row[0] is long failures ? failures : 0, row[1] is true, row[2] is true);
    }

    private static string Message(
        StepSession session, StepContext context, DataTest test, Verdict verdict, string rows, TableName? stored, string path, CancellationToken cancellationToken)
    {
        var tested = test.TestedId is { } id ? $" of {context.Asset.Reads.Where(read => read == id).Select(read => read[(read.LastIndexOf('.') + 1)..]).FirstOrDefault() ?? id}" : "";
        var text = new StringBuilder($"{test.Name}: {verdict.Failures:N0} failing {(verdict.Failures == 1 ? "row" : "rows")}{tested}");
        var sample = session.Run(() => Sample(session, rows, cancellationToken), path);
        if (sample.Count > 0)
        {
            text.Append(", such as ").AppendJoin("; ", sample);
        }
        return text.Append('.').Append(stored is null ? "" : $" All of them are in {stored}.").ToString();
    }

    private static List<string> Sample(StepSession session, string rows, CancellationToken cancellationToken)
    {
        using var result = session.Connection.Query($"SELECT COLUMNS(*)::VARCHAR FROM {rows} LIMIT {SampleRows}", cancellationToken);
        var names = result.Columns.Select(column => column.Name).Take(6).ToArray();
        return
        [
            .. result.Rows().Select(row => string.Join(", ", names.Select((name, at) => $"{name} = {Short(row[at])}")) + (row.Length > names.Length ? ", …" : "")),
        ];
    }

    private static string Short(object? value) => value switch
    {
        null => "null",
        string { Length: > 60 } text => text[..60] + "…",
        _ => value.ToString() ?? "null",
    };

    private static TableName? Store(
        StepSession session, StepContext context, DataTest test, string rows, string path, CancellationToken cancellationToken)
    {
        var table = new TableName(test.Config.Text("schema") ?? "tests", SafeName(test.Config.Text("alias") ?? test.Name));
        session.Run(
            () => session.Lake.Write(
                new TableWrite
                {
                    Table = table,
                    Sql = $"SELECT * FROM {rows}",
                    Mode = WriteMode.Overwrite,
                    SchemaChange = SchemaChange.Replace,
                    Operation = "TEST",
                    Properties = LakeState.Properties(context),
                }, cancellationToken), path);
        return table;
    }

    /// <summary>Test names may be longer than a table's name and hold other characters: such names end in a hash of the whole.</summary>
    private static string SafeName(string name)
    {
        var safe = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_' ? letter : '_'));
        safe = char.IsAsciiDigit(safe[0]) ? "_" + safe : safe;
        return safe == name && safe.Length <= 63
            ? safe
            : $"{safe[..Math.Min(safe.Length, 54)]}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 4))}";
    }

    private sealed record Verdict(long Failures, bool Warns, bool Fails);
}
