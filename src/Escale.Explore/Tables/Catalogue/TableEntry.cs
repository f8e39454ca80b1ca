using Escale.Kernel;

namespace Escale.Explore.Tables.Catalogue;

/// <summary>How the tests of a table ended the last time.</summary>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Warned">Tests that only warn and found something.</param>
/// <param name="Failed">Tests that failed.</param>
/// <param name="NotRun">Tests that never ran.</param>
public sealed record TestSummary(int Passed, int Warned, int Failed, int NotRun)
{
    /// <summary>All tests.</summary>
    public int Count => Passed + Warned + Failed + NotRun;

    /// <summary>The worst of them: <c>failed</c>, <c>warned</c>, <c>passed</c>, <c>unknown</c>; <c>none</c> without tests.</summary>
    public string State => Failed > 0 ? "failed" : Warned > 0 ? "warned" : Passed > 0 ? "passed" : Count > 0 ? "unknown" : "none";
}

/// <summary>A test of a table and how it ended the last time.</summary>
/// <param name="Id">The test's id.</param>
/// <param name="Name">What it tests: <c>unique</c>, <c>not_null</c>, or its file's name.</param>
/// <param name="Column">The column, or null when it tests the whole table.</param>
/// <param name="State"><c>passed</c>, <c>warned</c>, <c>failed</c>, <c>unknown</c>.</param>
/// <param name="FailingRows">Rows that failed it, or null.</param>
/// <param name="Message">The error or warning, or null.</param>
/// <param name="At">When it ran, or null.</param>
public sealed record TableTest(string Id, string Name, string? Column, string State, long? FailingRows, string? Message, DateTimeOffset? At);

/// <summary>A column as the catalogue shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type in SQL, or null when it is not known yet.</param>
/// <param name="Kind">What its values are to people: <c>number</c>, <c>text</c>, <c>time</c>, <c>boolean</c>, <c>nested</c>, <c>bytes</c>.</param>
/// <param name="Description">What it holds; may be empty.</param>
public sealed record EntryColumn(string Name, string? Type, string Kind, string Description);

/// <summary>What the catalogue knows of a table or view without reading its rows.</summary>
public sealed record TableEntry
{
    /// <summary><c>schema.name</c>.</summary>
    public required TableName Table { get; init; }

    /// <summary><c>table</c> or <c>view</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>What makes it; null when nothing in the project does.</summary>
    public Asset? Asset { get; init; }

    /// <summary>What it is, in the author's words; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its columns.</summary>
    public IReadOnlyList<EntryColumn> Columns { get; init; } = [];

    /// <summary>Tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Who answers for it (<c>meta: owner</c>), or null.</summary>
    public string? Owner { get; init; }

    /// <summary>Rows; null for views and when unknown.</summary>
    public long? RowCount { get; init; }

    /// <summary>Bytes on disk; null for views.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The version; null for views.</summary>
    public long? Version { get; init; }

    /// <summary>When its rows last changed; null for views.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>When a run last looked whether there is anything new, or null.</summary>
    public DateTimeOffset? CheckedAt { get; init; }

    /// <summary>Its tests.</summary>
    public IReadOnlyList<TableTest> Tests { get; init; } = [];

    /// <summary>How they ended.</summary>
    public TestSummary Quality { get; init; } = new(0, 0, 0, 0);

    /// <summary>Why it cannot be read, or null.</summary>
    public string? Error { get; init; }
}
