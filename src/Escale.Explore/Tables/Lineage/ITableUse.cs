namespace Escale.Explore.Tables.Lineage;

/// <summary>Something that reads tables and is no asset: a question, a dashboard.</summary>
/// <param name="Kind"><c>question</c> or <c>dashboard</c>.</param>
/// <param name="Id">Its id among those of its kind.</param>
/// <param name="Title">What people call it.</param>
/// <param name="Description">More about it; may be empty.</param>
/// <param name="Tables">The tables that its own queries read, as <c>schema.table</c>; case does not count.</param>
/// <param name="Questions">The ids of the questions that it shows or begins with.</param>
/// <param name="Sql">Its query, for the lineage of its columns; null when it has several or none.</param>
public sealed record TableReader(string Kind, string Id, string Title, string Description, IReadOnlySet<string> Tables, IReadOnlyList<string> Questions, Func<string>? Sql)
{
    /// <summary>Its page.</summary>
    public string Href => $"/{Kind}s/{Id}";
}

/// <summary>A reader of a table, and how.</summary>
/// <param name="Reader">The reader.</param>
/// <param name="Through">The question or the table between; null when it reads the table itself.</param>
public sealed record TableUser(TableReader Reader, string? Through);

/// <summary>What of a kind reads tables. Each kind registers one as a service; whoever may see tables may see them.</summary>
internal interface ITableUse
{
    /// <summary>All of them.</summary>
    IReadOnlyList<TableReader> All();
}

/// <summary>Who reads what, as the files are now.</summary>
internal static class TableReaders
{
    /// <summary>Those that read a table: themselves, then through a question, then through a table that is made of it.</summary>
    /// <param name="uses">The kinds.</param>
    /// <param name="table">The table.</param>
    /// <param name="after">The tables that are made of it, nearest first.</param>
    public static IReadOnlyList<TableUser> Of(IEnumerable<ITableUse> uses, string table, IEnumerable<string> after)
    {
        var all = uses.SelectMany(use => use.All()).ToList();
        var questions = all.Where(reader => reader.Kind == "question").ToDictionary(reader => reader.Id, StringComparer.Ordinal);
        var later = after.ToList();
        var found = all.Select(reader => new TableUser(reader, Way(reader, table, later, questions))).Where(use => use.Through is not null);
        return [.. found.OrderBy(use => use.Through!.Length > 0).ThenBy(use => use.Reader.Kind, StringComparer.Ordinal).ThenBy(use => use.Reader.Title, StringComparer.OrdinalIgnoreCase)
            .Select(use => use.Through!.Length == 0 ? use with { Through = null } : use)];
    }

    // Empty when it reads the table itself; null when it does not depend on it.
    private static string? Way(TableReader reader, string table, List<string> after, Dictionary<string, TableReader> questions)
    {
        if (reader.Tables.Contains(table))
        {
            return "";
        }
        foreach (var id in reader.Questions)
        {
            if (questions.TryGetValue(id, out var question) && Reach(question, questions, []).Contains(table))
            {
                return question.Title;
            }
        }
        var reached = Reach(reader, questions, []);
        return after.FirstOrDefault(reached.Contains);
    }

    /// <summary>The tables that a reader reads, itself and through questions.</summary>
    public static HashSet<string> Reach(TableReader reader, IReadOnlyDictionary<string, TableReader> questions, HashSet<string> seen)
    {
        var reached = new HashSet<string>(reader.Tables, StringComparer.OrdinalIgnoreCase);
        foreach (var id in reader.Questions.Where(seen.Add))
        {
            if (questions.TryGetValue(id, out var question))
            {
                reached.UnionWith(Reach(question, questions, seen));
            }
        }
        return reached;
    }
}
