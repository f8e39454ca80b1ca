using Escale.Engines.DuckDb;
using Escale.Explore.Profiles;

namespace Escale.Explore.Tests.Profiles;

/// <summary>Profiles of what a SELECT gives, on a real engine.</summary>
internal static class Profiled
{
    /// <summary>The profile; of a sample and then all rows when <paramref name="sample"/> is another SELECT.</summary>
    public static async Task<TableProfile> OfAsync(string sql, string? sample = null, bool full = true)
    {
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 2 });
        using var connection = database.Connect();
        var profiler = new Profiler(new LakeRows(connection), new ProfileSource("test", "1", sql, sample ?? sql, null, 100_000_000));
        var profile = await profiler.SampleAsync(TestContext.Current.CancellationToken);
        return full ? await profiler.WholeAsync(TestContext.Current.CancellationToken) : profile;
    }

    /// <summary>A column of rows from a list of SQL literals.</summary>
    public static Task<TableProfile> ColumnAsync(string name, params string[] literals) =>
        OfAsync($"SELECT x AS {DuckSql.Name(name)} FROM (VALUES {string.Join(", ", literals.Select(literal => $"({literal})"))}) v(x)");

    /// <summary>The meaning of a column of texts.</summary>
    public static async Task<Meaning> MeaningAsync(string name, params string[] values) =>
        (await ColumnAsync(name, [.. values.Select(DuckSql.Literal)])).Columns[0].Meaning;
}
