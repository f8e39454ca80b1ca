using Escale.Kernel;

namespace Escale.Projects.Compile;

/// <summary>What a compilation depends on beside the project's files. Immutable.</summary>
public sealed record CompileOptions
{
    /// <summary>Nothing special: not incremental, no database to ask.</summary>
    public static readonly CompileOptions Default = new();

    /// <summary>What <c>is_incremental()</c> says: the model is incremental, its table exists, and nobody asked for a full refresh.</summary>
    public bool IsIncremental { get; init; }

    /// <summary><c>flags.FULL_REFRESH</c>.</summary>
    public bool FullRefresh { get; init; }

    /// <summary><c>flags.WHICH</c>: the verb that asks. Default: <c>run</c>.</summary>
    public string Verb { get; init; } = "run";

    /// <summary><c>invocation_id</c>: the run's id. Default: empty.</summary>
    public string InvocationId { get; init; } = "";

    /// <summary>Variables that win over those of <c>dbt_project.yml</c> (<c>--vars</c>).</summary>
    public IReadOnlyDictionary<string, object?> Vars { get; init; } = new Dictionary<string, object?>();

    /// <summary>Answers <c>run_query()</c> and statement blocks, or null when there is nothing to ask: then they are an error.</summary>
    public Func<string, QueryTable>? Query { get; init; }

    /// <summary>The columns of a table that stands in the lake, for <c>adapter.get_columns_in_relation</c>; null when there is no such table.</summary>
    public Func<TableName, IReadOnlyList<(string Name, string Type)>?>? Columns { get; init; }

    /// <summary>Where <c>log(…, info=true)</c> and warnings go. Values of secret environment variables are masked.</summary>
    public Action<string> Log { get; init; } = _ => { };
}

/// <summary>The rows that a query of a macro gave.</summary>
/// <param name="Columns">The column names.</param>
/// <param name="Rows">Rows of plain values.</param>
public sealed record QueryTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

/// <summary>The SQL of a model or test with all Jinja resolved.</summary>
public sealed record CompiledSql
{
    /// <summary>The SELECT, with the ephemeral models that it reads as CTEs.</summary>
    public required string Sql { get; init; }

    /// <summary>Ids of the assets that it reads, those behind ephemeral models included, in the order of their first use.</summary>
    public required IReadOnlyList<string> Reads { get; init; }

    /// <summary>The ephemeral models that became CTEs, innermost first.</summary>
    public IReadOnlyList<string> Ephemerals { get; init; } = [];

    /// <summary>For a generic test: what the test's macro itself configures, such as <c>fail_calc</c>. What the test is given in YAML wins over it.</summary>
    public IReadOnlyDictionary<string, object?> Config { get; init; } = new Dictionary<string, object?>();

    /// <summary>Statements to run before, in order.</summary>
    public IReadOnlyList<string> PreHooks { get; init; } = [];

    /// <summary>Statements to run after, in order.</summary>
    public IReadOnlyList<string> PostHooks { get; init; } = [];

    /// <summary>The file and line that each line of <see cref="Sql"/> came from, from line 1.</summary>
    public required IReadOnlyList<Place> Lines { get; init; }

    /// <summary>The place in the source of a place in the SQL (line and column from 1): the same column where the line is the author's own text.</summary>
    public Place? SourceOf(int line, int? column)
    {
        if (line < 1 || line > Lines.Count)
        {
            return null;
        }
        var place = Lines[line - 1];
        return place.Column is null || column is null ? place with { Column = null } : place with { Column = column };
    }
}
