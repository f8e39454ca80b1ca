using Escale.Engines.DuckDb;
using Escale.Kernel;
using Xunit;

namespace Escale.Engines.Tests.DuckDb;

/// <summary>What becomes of DuckDB's errors.</summary>
public sealed class DuckErrorsTests
{
    private const string Full = "Could not write file \"x\": No space left on device";

    [Fact]
    public void A_full_disk_is_said_alike_however_DuckDB_reports_it()
    {
        EscaleException[] errors =
        [
            DuckErrors.From("IO Error: " + Full), DuckErrors.From($$"""{"exception_type":"IO","exception_message":{{System.Text.Json.JsonSerializer.Serialize(Full)}}}"""),
            DuckErrors.From(28, Full), DuckErrors.From(28, "IO Error: " + Full),
        ];
        Assert.All(errors, error => Assert.Equal(DiskFull.Code, error.Code));
        Assert.All(errors, error => Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal));
        Assert.Equal(("engines.duckdb.io", "engines.duckdb.conversion"), (DuckErrors.From(28, "Could not read").Code, DuckErrors.From(2, Full).Code));
    }
}
