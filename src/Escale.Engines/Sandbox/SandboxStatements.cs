using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>
/// Which kinds of statements a session takes. DuckDB's lock refuses foreign files and settings by itself; here stops what could write into a
/// folder given for reading (COPY, EXPORT, ATTACH), or hide such a statement (PREPARE, EXECUTE).
/// </summary>
internal static partial class SandboxStatements
{
    /// <summary>Before the script is parsed: statements with effects while they are only being prepared.</summary>
    /// <exception cref="EscaleException"><c>engines.sandbox.statement</c>.</exception>
    public static void CheckScript(string sql)
    {
        if (DuckSql.Split(sql).Any(statement => EarlyEffect().IsMatch(statement)))
        {
            throw Refused("Export or Import");
        }
    }

    /// <exception cref="EscaleException"><c>engines.sandbox.statement</c>.</exception>
    public static void Check(DuckStatementKind kind, string sql, bool mayWrite)
    {
        var isAllowed = kind switch
        {
            DuckStatementKind.Select or DuckStatementKind.Insert or DuckStatementKind.Update or DuckStatementKind.Delete
                or DuckStatementKind.Create or DuckStatementKind.Alter or DuckStatementKind.Transaction or DuckStatementKind.Analyze
                or DuckStatementKind.VariableSet or DuckStatementKind.CreateFunction or DuckStatementKind.Drop or DuckStatementKind.Relation
                or DuckStatementKind.MergeInto => true,
            DuckStatementKind.Copy => mayWrite,
            // EXPLAIN ANALYZE runs what it explains.
            DuckStatementKind.Explain => mayWrite || !sql.Contains("COPY", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
        if (!isAllowed)
        {
            throw Refused(kind.ToString());
        }
    }

    private static EscaleException Refused(string kind) => new(
        "engines.sandbox.statement", $"Statements of the kind {kind} are not allowed here.",
        "Queries here may read the tables they were given and make temporary ones.");

    [GeneratedRegex(@"^(?:\s|--[^\n]*\n|/\*(?:[^*]|\*[^/])*\*/)*(EXPORT|IMPORT)\b", RegexOptions.IgnoreCase)]
    private static partial Regex EarlyEffect();
}

/// <summary>The policy as the first frame of a session.</summary>
internal static class PolicyFrames
{
    public static void Write(FrameWriter frame, SandboxPolicy policy, int maxFrameBytes) => frame
        .Texts(policy.ReadPaths).Texts(policy.WriteFolders).Long(policy.MemoryLimitBytes).Int(policy.Threads).Long(policy.Timeout.Ticks)
        .Long(policy.MaxSpillBytes).Text(policy.SpillFolder).Int(maxFrameBytes);

    public static SandboxPolicy Read(ref FrameReader frame, out int maxFrameBytes)
    {
        var policy = new SandboxPolicy
        {
            ReadPaths = frame.Texts(),
            WriteFolders = frame.Texts(),
            MemoryLimitBytes = frame.Long(),
            Threads = frame.Int(),
            Timeout = TimeSpan.FromTicks(frame.Long()),
            MaxSpillBytes = frame.Long(),
            SpillFolder = frame.TextOrNull(),
        };
        maxFrameBytes = frame.Int();
        return policy;
    }
}
