namespace Escale.Collect.Sniffing;

/// <summary>
/// Puts the fields of a record that has too many or too few of them under the columns where they look right: joins fields that a delimiter in the text cut
/// apart, leaves out empty ones, fills what is missing, and cuts a field in two where a delimiter was lost.
/// </summary>
internal sealed class RowAligner(IReadOnlyList<ColumnShape> columns, string delimiter)
{
    private const double Join = 0.5;
    private const double Drop = 0.4;
    private const double Pad = 0.45;
    private const double Cut = 0.6;
    private const int MostFields = 400;
    private const int LongestCut = 2000;

    /// <summary>The same for records with another delimiter.</summary>
    public RowAligner With(string other) => new(columns, other);

    /// <summary>What it costs to put the fields as they are.</summary>
    public double Misfit(IReadOnlyList<string> fields)
    {
        double cost = 0;
        for (var i = 0; i < columns.Count; i++)
        {
            cost += columns[i].Misfit(fields[i]);
        }
        return cost;
    }

    /// <summary>The best way, with its cost; null when it would be guesswork from end to end.</summary>
    public (string[] Row, double Cost)? Align(IReadOnlyList<string> fields)
    {
        if (fields.Count == columns.Count)
        {
            return ([.. fields], Misfit(fields));
        }
        if (fields.Count > MostFields || fields.Count > 4 * columns.Count + 60)
        {
            return null;
        }
        var (m, n) = (fields.Count, columns.Count);
        var costs = new double[m + 1, n + 1];
        var moves = new Move[m + 1, n + 1];
        for (var i = m; i >= 0; i--)
        {
            for (var j = n; j >= 0; j--)
            {
                (costs[i, j], moves[i, j]) = Best(fields, i, j, costs);
            }
        }
        return double.IsInfinity(costs[0, 0]) ? null : (Build(fields, moves), costs[0, 0]);
    }

    private (double Cost, Move Move) Best(IReadOnlyList<string> fields, int i, int j, double[,] costs)
    {
        var (m, n) = (fields.Count, columns.Count);
        if (i == m && j == n)
        {
            return (0, default);
        }
        (double Cost, Move Move) best = (double.PositiveInfinity, default);
        void Try(double cost, Move move) => best = cost < best.Cost - 1e-9 ? (cost, move) : best;
        if (i < m && fields[i].Length == 0)
        {
            Try(Drop + costs[i + 1, j], new Move(1, 0, 0));
        }
        if (j == n)
        {
            return best;
        }
        Try(Pad + columns[j].Misfit("") + costs[i, j + 1], new Move(0, 1, 0));
        for (var run = 1; i + run <= m && run <= Math.Max(1, m - n + 1); run++)
        {
            var value = run == 1 ? fields[i] : string.Join(delimiter, fields.Skip(i).Take(run));
            Try(Join * Math.Min(run - 1, 1) + 0.05 * (run - 1) + columns[j].Misfit(value) + costs[i + run, j + 1], new Move(run, 1, 0));
        }
        if (i < m && m < n && j + 1 < n && fields[i].Length is > 1 and <= LongestCut)
        {
            for (var place = 1; place < fields[i].Length; place++)
            {
                var (left, right) = (columns[j].Misfit(fields[i].AsSpan(0, place)), columns[j + 1].Misfit(fields[i].AsSpan(place)));
                Try(Cut + left + right + Border(fields[i], place) + costs[i + 1, j + 2], new Move(1, 2, place));
            }
        }
        return best;
    }

    /// <summary>Two fields rarely meet inside a word or a number.</summary>
    private static double Border(string text, int place)
    {
        var (before, after) = (text[place - 1], text[place]);
        return char.IsWhiteSpace(before) || char.IsWhiteSpace(after) ? 0.3
            : char.IsLower(before) && char.IsUpper(after) ? 0
            : char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after) && char.IsDigit(before) == char.IsDigit(after) ? 0.4 : 0.1;
    }

    private string[] Build(IReadOnlyList<string> fields, Move[,] moves)
    {
        var row = new string[columns.Count];
        Array.Fill(row, "");
        var (i, j) = (0, 0);
        while (i < fields.Count || j < columns.Count)
        {
            var move = moves[i, j];
            if (move.Columns == 2)
            {
                (row[j], row[j + 1]) = (fields[i][..move.Place], fields[i][move.Place..]);
            }
            else if (move.Columns == 1 && move.Fields > 0)
            {
                row[j] = string.Join(delimiter, fields.Skip(i).Take(move.Fields));
            }
            i += move.Fields;
            j += move.Columns;
        }
        return row;
    }

    private readonly record struct Move(int Fields, int Columns, int Place);
}
