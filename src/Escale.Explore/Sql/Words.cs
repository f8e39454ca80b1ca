using Escale.Ui;

namespace Escale.Explore.Sql;

/// <summary>The words of the SQL editor's page; those of the editor itself are in web/src/elements/sql.</summary>
internal static class Words
{
    public static readonly Text Sql = new("SQL", "SQL");
    public static readonly Text About = new(
        "Ask the tables in DuckDB's SQL. Queries read and never change the data.",
        "Interrogez les tables dans le SQL de DuckDB. Les requêtes lisent, elles ne modifient jamais les données.");
    public static readonly Text NoScript = new("The editor needs JavaScript.", "L'éditeur a besoin de JavaScript.");
}
