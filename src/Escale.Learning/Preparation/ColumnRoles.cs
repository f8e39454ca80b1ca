using Escale.Learning.Frames;

namespace Escale.Learning.Preparation;

/// <summary>As what a column is learned from.</summary>
public enum ColumnRole
{
    /// <summary>A quantity, or true and false as 1 and 0.</summary>
    Number,

    /// <summary>One of some kinds.</summary>
    Category,

    /// <summary>Words.</summary>
    Text,

    /// <summary>A moment or a date.</summary>
    Timestamp,

    /// <summary>Names the row and says nothing about it: not learned from.</summary>
    Identifier,

    /// <summary>One value only, or none: not learned from.</summary>
    Constant,

    /// <summary>Not learned from because somebody said so.</summary>
    Ignored,
}

/// <summary>The role of each column of a table. Immutable.</summary>
public sealed class ColumnRoles
{
    private readonly Dictionary<string, ColumnRole> _roles;
    private readonly Dictionary<string, string> _reasons;

    private ColumnRoles(Dictionary<string, ColumnRole> roles, Dictionary<string, string> reasons) => (_roles, _reasons) = (roles, reasons);

    /// <summary>The columns that have a role.</summary>
    public IEnumerable<string> Columns => _roles.Keys;

    /// <summary>The role of a column; <see cref="ColumnRole.Ignored"/> for one that has none, such as the target.</summary>
    public ColumnRole this[string column] => _roles.GetValueOrDefault(column, ColumnRole.Ignored);

    /// <summary>
    /// Finds the role of each column by all of its values. Numbers stay numbers however few they are. Whole numbers are an identifier when none comes twice although, had
    /// they been measured, some would have; texts when (nearly) none comes twice and they are single words. O(cells).
    /// </summary>
    /// <param name="frame">The table: at best the training rows only.</param>
    /// <param name="target">The column to predict, which gets no role; null for none.</param>
    /// <param name="ignored">Further columns that get no role.</param>
    public static ColumnRoles Detect(Frame frame, string? target = null, params IEnumerable<string> ignored)
    {
        var without = ignored.ToHashSet(StringComparer.Ordinal);
        var (roles, reasons) = (new Dictionary<string, ColumnRole>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var column in frame.Columns.Where(column => column.Name != target && !without.Contains(column.Name)))
        {
            (roles[column.Name], reasons[column.Name]) = RoleDetection.Of(column);
        }
        return new ColumnRoles(roles, reasons);
    }

    /// <summary>Why a column has its role, as one clause; empty for a column without one.</summary>
    public string ReasonOf(string column) => _reasons.GetValueOrDefault(column, "");

    /// <summary>The same, but for one column.</summary>
    public ColumnRoles With(string column, ColumnRole role) => new(
        new(_roles, StringComparer.Ordinal) { [column] = role }, new(_reasons, StringComparer.Ordinal) { [column] = "it was given" });
}
