using System.Text;
using Escale.Engines.DuckDb;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Sql;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>The query of a tile with its filters in it.</summary>
/// <param name="Sql">The SQL; values are parameters.</param>
/// <param name="Values">The parameters' values.</param>
/// <param name="Applied">The ids of the filters that it follows; picked columns as <c>pick.column</c>.</param>
internal sealed record FilteredQuery(string Sql, IReadOnlyDictionary<string, object?> Values, IReadOnlyList<string> Applied)
{
    /// <summary>
    /// A table of the query that has the filter's column, by its name or by the lineage of its columns, is read through the filter, before anything is
    /// grouped or joined. Where no table has it, the rows of the result are filtered, if they have the column. A query that names the filter as a parameter (<c>:terminal</c>,
    /// <c>:period_from</c>, <c>:period_to</c>) does with it what it wants.
    /// </summary>
    /// <param name="tile">The tile.</param>
    /// <param name="sql">Its query.</param>
    /// <param name="parameters">The parameters that the query names.</param>
    /// <param name="filters">The values that are set.</param>
    /// <param name="all">All filters of the dashboard, so that parameters that are not set are null.</param>
    /// <param name="picks">By column: the values picked in other tiles.</param>
    /// <param name="lake">The columns of the tables.</param>
    /// <param name="output">The columns of the unfiltered result; empty when they are not known.</param>
    /// <param name="kin">Finds columns of other names; null: only names count.</param>
    public static FilteredQuery Build(
        DashboardTile tile, string sql, IReadOnlyList<string> parameters, IReadOnlyList<FilterValue> filters, IReadOnlyList<DashboardFilter> all,
        IReadOnlyDictionary<string, IReadOnlyList<string>> picks, LakeShape lake, IReadOnlyDictionary<string, string> output, FilterKin? kin = null)
    {
        var query = new Builder(sql, lake, output);
        foreach (var filter in all.Where(filter => query.Names(parameters, filter)))
        {
            query.Bind(parameters, filter, filters.FirstOrDefault(value => value.Filter == filter));
        }
        foreach (var value in filters.Where(value => !query.Names(parameters, value.Filter)))
        {
            var mapped = value.Filter.Map.GetValueOrDefault(tile.Id);
            if (mapped != "none")
            {
                query.Add(value.Filter.Id, mapped is null ? value.Filter.Columns : [mapped], (column, type) => query.Predicate(value, column, type), mapped is null ? kin : null, value.Filter);
            }
        }
        foreach (var (column, values) in picks)
        {
            query.Add("pick." + column, [column], (name, type) => query.OneOf(name, type, values));
        }
        return query.Build();
    }

    private sealed class Builder(string sql, LakeShape lake, IReadOnlyDictionary<string, string> output)
    {
        private readonly IReadOnlyList<TableUse> _uses = TableUses.Of(sql);
        private readonly Dictionary<TableUse, List<string>> _inside = [];
        private readonly List<string> _around = [];
        private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);
        private readonly List<string> _applied = [];

        public bool Names(IReadOnlyList<string> parameters, DashboardFilter filter) =>
            parameters.Contains(filter.Id) || parameters.Contains(filter.Id + "_from") || parameters.Contains(filter.Id + "_to");

        public void Bind(IReadOnlyList<string> parameters, DashboardFilter filter, FilterValue? value)
        {
            Give(filter.Id, value is null ? null : filter.Kind == FilterKind.List ? value.Values.ToArray<object?>() : value.Values.FirstOrDefault());
            Give(filter.Id + "_from", value?.From);
            Give(filter.Id + "_to", value?.To);
            if (value is not null)
            {
                _applied.Add(filter.Id);
            }

            void Give(string name, object? given)
            {
                if (parameters.Contains(name))
                {
                    _values[name] = given;
                }
            }
        }

        public void Add(string id, IReadOnlyList<string> columns, Func<string, string, string> predicate, FilterKin? kin = null, DashboardFilter? filter = null)
        {
            var isInside = false;
            foreach (var use in _uses.Where(use => !use.IsOptional))
            {
                var name = columns.FirstOrDefault(column => lake.TypeOf(use.Name, column) is not null) ?? kin?.ColumnOf(filter!, use.Name);
                if (name is not null && lake.TypeOf(use.Name, name) is { } type)
                {
                    if (!_inside.TryGetValue(use, out var predicates))
                    {
                        _inside[use] = predicates = [];
                    }
                    predicates.Add(predicate(DuckSql.Name(name), type));
                    isInside = true;
                }
            }
            if (!isInside && output.Count > 0 && (columns.FirstOrDefault(output.ContainsKey) ?? kin?.ShownOf(filter!, sql)) is { } shown && output.ContainsKey(shown))
            {
                _around.Add(predicate(DuckSql.Name(shown), output[shown]));
                isInside = true;
            }
            if (isInside)
            {
                _applied.Add(id);
            }
        }

        public string Predicate(FilterValue value, string column, string type) => value.Filter.Kind switch
        {
            FilterKind.List => OneOf(column, type, value.Values),
            FilterKind.Search => $"contains(lower(strip_accents(CAST({column} AS VARCHAR))), lower(strip_accents({Value(value.Values[0])})))",
            FilterKind.Dates => Range(value, from => $"{column} >= CAST({from} AS DATE)", to => $"{column} < CAST({to} AS DATE) + INTERVAL 1 DAY"),
            _ => Range(value, from => $"{column} >= CAST({from} AS DOUBLE)", to => $"{column} <= CAST({to} AS DOUBLE)"),
        };

        public string OneOf(string column, string type, IReadOnlyList<string> values)
        {
            var isMoment = type.StartsWith("TIMESTAMP", StringComparison.OrdinalIgnoreCase) || type is "time";
            var texts = string.Join(", ", values.Select(value => isMoment ? $"TRY_CAST({Value(value)} AS TIMESTAMP)" : Value(value)));
            return isMoment ? $"CAST({column} AS TIMESTAMP) IN ({texts})" : $"CAST({column} AS VARCHAR) IN ({texts})";
        }

        public FilteredQuery Build()
        {
            var text = new StringBuilder(sql.TrimEnd().TrimEnd(';'));
            foreach (var use in _uses.Reverse().Where(_inside.ContainsKey))
            {
                var alias = use.HasAlias ? "" : " AS " + DuckSql.Name(use.Name[(use.Name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
                var name = text.ToString(use.Start, use.Length);
                text.Remove(use.Start, use.Length).Insert(use.Start, $"(SELECT * FROM {name} WHERE {string.Join(" AND ", _inside[use])}){alias}");
            }
            var made = _around.Count == 0 ? text.ToString() : $"SELECT * FROM (\n{text}\n) WHERE {string.Join(" AND ", _around)}";
            return new FilteredQuery(made, _values, _applied);
        }

        private string Range(FilterValue value, Func<string, string> from, Func<string, string> to) =>
            string.Join(" AND ", new[] { value.From is { } least ? from(Value(least)) : null, value.To is { } most ? to(Value(most)) : null }.Where(part => part is not null).DefaultIfEmpty("TRUE"));

        private string Value(string value)
        {
            var name = "escale_" + _values.Count;
            _values[name] = value;
            return "$" + name;
        }
    }
}
