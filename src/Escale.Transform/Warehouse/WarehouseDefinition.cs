using System.Security.Cryptography;
using System.Text;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Dbt;

namespace Escale.Transform.Warehouse;

/// <summary>Reads from models and their property files what they become in PostgreSQL: dbt's own constraints, and its indexes.</summary>
internal sealed class WarehouseDefinition(string project, string schema, IReadOnlyDictionary<string, Asset> published, HashSet<string> dimensions)
{
    private static readonly string[] _methods = ["btree", "hash", "gin", "gist", "spgist", "brin"];

    /// <summary>The definitions of all published models.</summary>
    public static IReadOnlyList<(Asset Model, WarehouseTable Table)> Of(string project, string schema, IReadOnlyList<Asset> models)
    {
        var published = models.ToDictionary(model => model.Id, StringComparer.Ordinal);
        var dimensions = models.SelectMany(ConstraintsOf).Where(constraint => constraint is { Type: ConstraintType.ForeignKey, ToId: not null })
            .Select(constraint => constraint.ToId!).ToHashSet(StringComparer.Ordinal);
        var definition = new WarehouseDefinition(project, schema, published, dimensions);
        return [.. models.Select(model => (model, definition.TableOf(model)))];
    }

    /// <summary>A hash of everything that shapes the published table.</summary>
    public static string Fingerprint(WarehouseTable table)
    {
        var text = new StringBuilder("warehouse 1\n");
        void Add(string kind, params IEnumerable<string?> parts) => text.Append(kind).Append('\u001f').AppendJoin('\u001f', parts).Append('\n');
        Add("table", table.Target.ToString(), table.Source.ToString(), table.Description, table.IsDimension.ToString(), table.IsIncremental.ToString());
        Add("comments", table.ColumnDescriptions.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => new[] { pair.Key, pair.Value }));
        Add("key", table.PrimaryKey);
        Add("merge", table.MergeKey);
        Add("not null", table.NotNull);
        Add("unknown", table.Unknown.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .SelectMany(pair => new[] { pair.Key, Convert.ToString(pair.Value, System.Globalization.CultureInfo.InvariantCulture) }));
        table.Unique.ToList().ForEach(unique => Add("unique", [unique.Name, .. unique.Columns]));
        table.Checks.ToList().ForEach(check => Add("check", check.Name, check.Expression));
        table.Indexes.ToList().ForEach(index => Add("index", [index.Method, index.IsUnique.ToString(), .. index.Columns]));
        table.References.ToList().ForEach(reference => Add(
            "reference", [reference.Name, reference.Target.ToString(), reference.MapsUnknown.ToString(), .. reference.Columns, "to", .. reference.TargetColumns]));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }

    private WarehouseTable TableOf(Asset model)
    {
        var node = (DbtNode)model.Definition!;
        var constraints = ConstraintsOf(model).ToList();
        var target = new TableName(schema, model.Table!.Name);
        var primaryKey = PrimaryKeyOf(model);
        var isIncremental = node.Config.Materialized == Materialization.Incremental;
        return new WarehouseTable
        {
            AssetId = $"warehouse.{project}.{target.Schema}.{target.Name}",
            Target = target,
            Source = model.Table,
            Description = model.Description,
            ColumnDescriptions = node.Columns.ToDictionary(column => column.Name, column => column.Description, StringComparer.Ordinal),
            NotNull = [.. constraints.Where(constraint => constraint.Type == ConstraintType.NotNull).SelectMany(constraint => constraint.Columns)],
            PrimaryKey = primaryKey,
            Unique = [.. constraints.Where(constraint => constraint.Type == ConstraintType.Unique).Select(constraint => new UniqueKey(constraint.Name, constraint.Columns))],
            Checks = [.. constraints.Where(constraint => constraint.Type == ConstraintType.Check && constraint.Expression is not null)
                .Select(constraint => new CheckRule(constraint.Name, constraint.Expression!))],
            References = [.. constraints.Where(constraint => constraint.Type == ConstraintType.ForeignKey).Select(constraint => ReferenceOf(model, constraint)).OfType<Reference>()],
            Indexes = [.. IndexesOf(node)],
            IsDimension = dimensions.Contains(model.Id) || node.Config.Meta.GetValueOrDefault("dimension") is true,
            Unknown = node.Config.Meta.GetValueOrDefault("unknown") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>(),
            IsIncremental = isIncremental,
            MergeKey = isIncremental && node.Config.Texts("unique_key") is { Count: > 0 } unique ? unique : primaryKey,
            Place = node.PropertiesPlace ?? new Place(model.Path),
        };
    }

    private Reference? ReferenceOf(Asset model, ConstraintProperties constraint)
    {
        if (constraint.ToId is null)
        {
            throw new EscaleException(
                "warehouse.foreign-key-target", $"The foreign key of '{model.Name}' does not name a model: {constraint.To ?? "it has no 'to'"}.",
                "Write it as to: ref('dim_vessel') with to_columns: [vessel_key].", constraint.Place);
        }
        if (!published.TryGetValue(constraint.ToId, out var target))
        {
            return null; // Its target is not in PostgreSQL.
        }
        var key = PrimaryKeyOf(target);
        var columns = constraint.ToColumns.Count > 0 ? constraint.ToColumns : key;
        if (columns.Count == 0 || columns.Count != constraint.Columns.Count)
        {
            throw new EscaleException(
                "warehouse.foreign-key-target", $"The foreign key of '{model.Name}' has {constraint.Columns.Count} columns and points to {columns.Count} of '{target.Name}'.",
                "Give to_columns as many columns as columns.", constraint.Place);
        }
        return new Reference(
            constraint.Name, constraint.Columns, new TableName(schema, target.Table!.Name), target.Table, columns,
            MapsUnknown: columns.Count == 1 && key.SequenceEqual(columns, StringComparer.OrdinalIgnoreCase));
    }

    private static IReadOnlyList<string> PrimaryKeyOf(Asset model) =>
        [.. ConstraintsOf(model).Where(constraint => constraint.Type == ConstraintType.PrimaryKey).SelectMany(constraint => constraint.Columns)];

    private static IEnumerable<ConstraintProperties> ConstraintsOf(Asset model) => model.Definition is not DbtNode node
        ? []
        : [.. node.Columns.SelectMany(column => column.Constraints.Select(constraint => constraint.Columns.Count > 0 ? constraint : constraint with { Columns = [column.Name] })),
            .. node is SqlModel sql ? sql.Constraints : []];

    private static IEnumerable<TableIndex> IndexesOf(DbtNode node)
    {
        foreach (var item in node.Config["indexes"] switch { null => [], IEnumerable<object?> list => list, _ => throw BadIndex(node) })
        {
            if (item is not IReadOnlyDictionary<string, object?> index || index.GetValueOrDefault("columns") is not IEnumerable<object?> columns)
            {
                throw BadIndex(node);
            }
            var method = index.GetValueOrDefault("type") as string ?? "btree";
            if (!_methods.Contains(method, StringComparer.Ordinal))
            {
                throw new EscaleException(
                    "warehouse.index", $"There is no index of type '{method}'.", Nearest.Remedy(method, _methods, $"It is one of: {string.Join(", ", _methods)}."),
                    node.Config.PlaceOf("indexes") ?? node.PropertiesPlace);
            }
            yield return new TableIndex([.. columns.Select(column => column as string ?? throw BadIndex(node))], index.GetValueOrDefault("unique") is true, method);
        }
    }

    private static EscaleException BadIndex(DbtNode node) => new(
        "warehouse.index", $"The indexes of '{node.Name}' cannot be understood.", "Write them as indexes: [{columns: [a, b], unique: true, type: btree}].",
        node.Config.PlaceOf("indexes") ?? node.PropertiesPlace);
}
