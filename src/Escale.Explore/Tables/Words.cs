using Escale.Ui;

namespace Escale.Explore.Tables;

/// <summary>The words of the tables' pages.</summary>
internal static class Words
{
    public static readonly Text Tables = new("Tables", "Tables");
}
