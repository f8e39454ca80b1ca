using Escale.Collect.Files;

namespace Escale.Collect.Loading;

/// <summary>A local file of raw records that the engine reads, and how to find back the original of each record.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Shown">The file, address or stream as people know it.</param>
internal abstract record RawPart(string Path, string Shown);

/// <summary>A delimited text file in UTF-8.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Shown">The file as people know it.</param>
/// <param name="Dialect">How it is written.</param>
internal sealed record CsvPart(string Path, string Shown, CsvDialect Dialect) : RawPart(Path, Shown);

/// <summary>Newline-delimited JSON objects that a <see cref="RecordStage"/> wrote: every line is known to be one whole object.</summary>
/// <param name="Stage">The stage that wrote it.</param>
internal sealed record StagedPart(RecordStage Stage) : RawPart(Stage.Path, Stage.Shown);

/// <summary>A Parquet file.</summary>
/// <param name="Path">The absolute path.</param>
/// <param name="Shown">The file as people know it.</param>
internal sealed record ParquetPart(string Path, string Shown) : RawPart(Path, Shown);

/// <summary>A record that goes to quarantine.</summary>
/// <param name="Raw">The record as it came.</param>
/// <param name="Reason">What is wrong, in words.</param>
/// <param name="Rule">The rule it broke: <c>parse</c>, <c>type</c>, <c>not_null</c>, …</param>
/// <param name="Field">The column, or null.</param>
/// <param name="File">The file, address or stream.</param>
/// <param name="Line">The line (or record) in it, from 1, or null.</param>
internal sealed record RejectedRecord(string Raw, string Reason, string Rule, string? Field, string? File, long? Line)
{
    /// <summary>How a delimited file was written, with its columns (<see cref="CsvDialect.Layout"/>); null for other records.</summary>
    public string? Layout { get; init; }
}
