using System.Globalization;
using System.Text;
using Escale.Engines.DuckDb;
using Escale.Explore.Profiles;
using Escale.Explore.Recipes;
using Escale.Explore.Recipes.Suggestions;
using Escale.Kernel;

namespace Escale.Explore.Tests.Recipes.Suggestions;

/// <summary>
/// Makes <c>labels.csv</c> (see the README beside it): public tables are damaged in known ways, profiled, and what undoes a damage is its column's label. Run by hand, with
/// <c>ESCALE_LABEL_TABLES</c> the folder of the tables as CSV files and <c>ESCALE_LABELS</c> the file to write.
/// </summary>
public sealed class Making_the_labels
{
    private const int Rows = 1_500;
    private const int MostColumns = 12;
    private const int Rounds = 5;

    private static readonly string[] _tables = ["abalone", "adult", "ames", "auto_imports", "beijing_pm25", "diamonds", "german_credit", "mammography", "pima", "shuttle", "soybean", "spam", "telco_churn", "titanic", "wine_quality"];

    // What is done to a column: its label, whether it suits, and the SQL. {c} is the column, {p} a percentage, {i} the row.
    private static readonly Damage[] _damages =
    [
        new("none", _ => true, "{c}"), new("none", _ => true, "{c}"), new("none", _ => true, "{c}"), new("none", _ => true, "{c}"),
        new("trim", kind => kind == "text", "case when hash({i}, 1) % 100 < {p} then ' ' || {c} || '  ' else {c} end"),
        new("trim", kind => kind == "text", "case when hash({i}, 2) % 100 < {p} then {c} || ' ' else {c} end"),
        new("trim", kind => kind == "text", "case when hash({i}, 3) % 100 < {p} then '' else {c} end"),
        new("trim", kind => kind == "text", "case when hash({i}, 3) % 100 < {p} then '   ' else {c} end"),
        new("trim", kind => kind == "text", "case when hash({i}, 4) % 100 < {p} then {c} || ' ' when hash({i}, 5) % 100 < {p} then 'n/a' else {c} end"),
        new("trim", kind => kind == "number", "case when hash({i}, 4) % 100 < {p} then {c} || ' ' else {c}::varchar end"),
        new("null_words", kind => kind is "text" or "number", "case when hash({i}, 6) % 100 < {p} then 'n/a' else {c}::varchar end"),
        new("null_words", kind => kind is "text" or "number", "case when hash({i}, 6) % 100 < {p} then '?' else {c}::varchar end"),
        new("null_words", kind => kind is "text" or "number", "case when hash({i}, 6) % 100 < {p} then (['NULL', '-', 'NaN'])[1 + (hash({i}, 7) % 3)::int] else {c}::varchar end"),
        new("control_signs", kind => kind == "text", "case when hash({i}, 8) % 100 < {p} then {c} || chr(7) else {c} end"),
        new("control_signs", kind => kind == "text", "case when hash({i}, 8) % 100 < {p} then chr(1) || {c} else {c} end"),
        new("parse_number", kind => kind == "number", "replace({c}::varchar, '.', ',')"),
        new("parse_number", kind => kind == "number", "{c}::varchar"),
        new("parse_number", kind => kind == "number", "{c}::varchar || ' kg'"),
        new("parse_number", kind => kind == "number", "case when hash({i}, 9) % 100 < {p} then null else {c}::varchar end"),
        new("parse_date", _ => true, "strftime(date '2012-01-01' + (hash({i}, 10) % 4000)::int, '%d/%m/%Y')"),
        new("parse_date", _ => true, "strftime(date '1990-01-01' + (hash({i}, 10) % 9000)::int, '%Y-%m-%d')::varchar"),
        new("parse_date", _ => true, "case when hash({i}, 11) % 100 < {p} then null else strftime(timestamp '2020-03-01' + to_minutes((hash({i}, 10) % 900000)::bigint), '%d.%m.%Y %H:%M') end"),
        new("none", _ => true, "strftime(date '2020-01-01' + (hash({i}, 10) % 10)::int, '%d/%m/%Y')"),
        new("none", _ => true, "date '2012-01-01' + (hash({i}, 10) % 4000)::int"),
        new("boolean", _ => true, "case when hash({i}, 12) % 100 < {p} then 'yes' else 'no' end"),
        new("boolean", _ => true, "case when hash({i}, 12) % 100 < {p} then 'oui' else 'non' end"),
        new("boolean", _ => true, "case when hash({i}, 12) % 100 < {p} then 'True' when hash({i}, 12) % 100 > 97 then null else 'False' end"),
        new("cluster", kind => kind == "category", "case when hash({i}, 13) % 100 < {p} then upper({c}) else {c} end"),
        new("cluster", kind => kind == "category", "case when hash({i}, 13) % 100 < {p} then replace({c}, ' ', '-') || '.' else {c} end"),
        new("fill", kind => kind is "number" or "category", "case when hash({i}, 14) % 100 < {p} then null else {c} end"),
        new("fill", kind => kind is "number" or "category", "case when hash({i}, 14) % 100 < {p} then null else {c} end"),
        new("fill", kind => kind is "number" or "category", "case when hash({i}, 14) % 100 < 2 * {p} then null else {c} end"),
        new("fill", kind => kind is "number" or "category", "case when hash({i}, 14) % 100 < {p} then null else {c} end"),
        new("none", _ => true, "case when hash({i}, 14) % 100 < {p} then null else md5({i}::varchar) end"),
        new("none", _ => true, "case when hash({i}, 14) % 100 < {p} then null else date '2012-01-01' + (hash({i}, 10) % 4000)::int end"),
        new("drop_column", _ => true, "case when hash({i}, 15) % 1000 < 960 then null else {c} end"),
        new("drop_column", _ => true, "'same'"), new("drop_column", _ => true, "7"), new("drop_column", _ => true, "null::varchar"), new("drop_column", _ => true, "null::double"),
        new("clip", kind => kind == "number", "case when hash({i}, 16) % 1000 < 4 then {c} * 1000 + 100000 else {c} end", IsTame: true),
        new("clip", kind => kind == "number", "case when hash({i}, 16) % 1000 < 6 then -9999 else {c} end", IsTame: true),
        new("clip", kind => kind == "number", "case when hash({i}, 16) % 1000 < 10 then 999999 else {c} end", IsTame: true),
        new("finite", kind => kind == "number", "case when hash({i}, 17) % 100 < {p} then 'inf'::double else {c}::double end"),
        new("finite", kind => kind == "number", "case when hash({i}, 17) % 100 < {p} then 'nan'::double else {c}::double end"),
        new("log", _ => true, "round(exp(3 + 1.6 * sqrt(-2 * ln((1 + hash({i}, 18) % 9999) / 10000.0)) * cos(6.2832 * (hash({i}, 19) % 10000) / 10000.0)), 2)"),
        new("log", _ => true, "round(100 * exp(1.4 * sqrt(-2 * ln((1 + hash({i}, 20) % 9999) / 10000.0)) * cos(6.2832 * (hash({i}, 21) % 10000) / 10000.0)))"),
        new("mask", _ => true, "'p' || (hash({i}, 22) % 100000) || '@example.' || (['org', 'com'])[1 + (hash({i}, 23) % 2)::int]", "email"),
        new("mask", _ => true, "'+33 6 ' || lpad((hash({i}, 24) % 100)::varchar, 2, '0') || ' ' || lpad((hash({i}, 25) % 100)::varchar, 2, '0') || ' ' || lpad((hash({i}, 26) % 100)::varchar, 2, '0') || ' ' || lpad((hash({i}, 27) % 100)::varchar, 2, '0')", "phone"),
    ];

    private sealed record Damage(string Label, Func<string, bool> Suits, string Sql, string? Name = null, bool IsTame = false);

    [Fact(Explicit = true)]
    public async Task From_public_tables_damaged_in_known_ways()
    {
        var (from, to) = (Environment.GetEnvironmentVariable("ESCALE_LABEL_TABLES")!, Environment.GetEnvironmentVariable("ESCALE_LABELS")!);
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 2 });
        using var connection = database.Connect();
        var lines = new List<LabelledSigns>();
        foreach (var (table, at) in _tables.Select((table, at) => (table, at)))
        {
            connection.Execute($"create or replace table whole as select row_number() over () as i__, * from read_csv({DuckSql.Literal(Path.Combine(from, table + ".csv"))}, sample_size = -1) order by hash(i__) limit {Rows}");
            var clean = await ProfileAsync(connection, "select * exclude (i__) from whole");
            for (var round = 0; round < Rounds; round++)
            {
                lines.AddRange(await DamagedAsync(connection, table, clean, new Random(100 * at + round)));
            }
            lines.AddRange(await TablesAsync(connection, table, new Random(at)));
        }
        await File.WriteAllLinesAsync(to, [LabelledSigns.Header, .. lines.Select(line => line.ToString())]);
    }

    /// <summary>Each column damaged in one way.</summary>
    private static async Task<List<LabelledSigns>> DamagedAsync(DuckConnection connection, string table, TableProfile clean, Random random)
    {
        var columns = clean.Columns.OrderBy(_ => random.Next()).Take(MostColumns).ToList();
        var chosen = columns.Select(column => (Column: column, Damage: Choose(column, random), Percent: new[] { 1, 3, 8, 20, 35 }[random.Next(5)])).ToList();
        var parts = chosen.Select((one, place) => Sql(one.Damage.Sql, one.Column.Name, one.Percent) + " as " + DuckSql.Name(one.Damage.Name is null ? one.Column.Name : $"{one.Damage.Name}_{place}"));
        // Every third table has a column twice.
        var twice = random.Next(3) == 0 ? columns[0] : null;
        var profile = await ProfileAsync(connection, $"select {string.Join(", ", parts)}{(twice is null ? "" : $", {Sql(chosen[0].Damage.Sql, twice.Name, chosen[0].Percent)} as again")} from whole");
        var lines = new List<LabelledSigns>();
        for (var at = 0; at < chosen.Count; at++)
        {
            var signs = Signs.Of(profile.Columns[at], profile);
            lines.Add(new LabelledSigns(table, chosen[at].Damage.Name ?? chosen[at].Column.Name, LabelOf(connection, chosen[at].Damage, profile.Columns[at], clean.Columns.First(one => one.Name == chosen[at].Column.Name), chosen[at].Percent, signs), signs));
        }
        if (twice is not null && Signs.Of(profile.Columns[^1], profile) is var same && same["same"] > 0)
        {
            lines.Add(new LabelledSigns(table, "again", "drop_column", same));
        }
        return lines;
    }

    private static Damage Choose(ColumnProfile column, Random random)
    {
        var isTame = column.Numbers is not { } numbers || ((numbers.Skew ?? 0) < 2 && (numbers.Outliers?.Count ?? 0) == 0 && column.Distinct > 10);
        var suited = _damages.Where(damage => column.Count > 0 && (damage.Suits(column.Kind) || (column.Meaning.Name == "category" && column.Kind == "text" && damage.Suits("category"))) && (!damage.IsTame || isTame)).ToList();
        // Labels alike often, but for what needs nothing and what fills, which are told apart further.
        var labels = suited.Select(damage => damage.Label).Distinct().SelectMany(label => Enumerable.Repeat(label, label switch { "none" => 4, "fill" => 4, "cluster" or "clip" => 3, "trim" or "control_signs" or "parse_number" => 2, _ => 1 })).ToList();
        var chosen = labels[random.Next(labels.Count)];
        var damages = suited.Where(damage => damage.Label == chosen).ToList();
        return damages[random.Next(damages.Count)];
    }

    /// <summary>What undoes a damage; of one that came to nothing, and of columns that are as they were found, what they need by themselves.</summary>
    private static string LabelOf(DuckConnection connection, Damage damage, ColumnProfile column, ColumnProfile clean, int percent, Signs signs)
    {
        var came = damage.Label switch
        {
            "trim" => signs["padded"] + signs["blank"] > 0, "null_words" => signs["null_words"] > 0, "control_signs" => signs["control"] > 0, "cluster" => signs["alike"] > 0, "fill" => column.Missing > 0, "clip" => signs["far"] > 0,
            "finite" => signs["unusable"] > 0, "parse_number" => clean.Meaning.Name is not ("identifier" or "category" or "boolean" or "year" or "postcode") && column.Meaning.Name is "number" or "money" or "quantity" or "percent" && !(signs["unclear"] > 0),
            "parse_date" => signs["unclear"] <= 0, "mask" => signs["personal"] > 0, "log" => signs["skew"] >= 3, _ => true,
        };
        // What was wrong before the damage comes first where it must be mended first.
        return damage.Label != "none" && came && damage.Label != "fill" ? damage.Label
            : damage.Label == "none" && damage.Sql != "{c}" ? "none"
            : Natural(connection, column, signs, clean, percent, damage.Label == "fill");
    }

    /// <summary>The labelling of columns as they are: by what is in them, and of missing values by what fills best.</summary>
    private static string Natural(DuckConnection connection, ColumnProfile column, Signs signs, ColumnProfile clean, int percent, bool isOurs)
    {
        if (signs["padded"] + signs["blank"] > 0)
        {
            return "trim";
        }
        if (signs["null_words"] > 0 && signs["certain"] > 0)
        {
            return "null_words";
        }
        if (column.Missing == 0)
        {
            return signs["skew"] >= 3 && column.Distinct > 20 && signs["negative"] <= 0 && column.Kind == "number" && column.Meaning.Name is "number" or "money" or "quantity" ? "log" : signs["alike"] > 0 ? "cluster" : "none";
        }
        return column.MissingShare > 0.9 ? "drop_column"
            : column.MissingShare > 0.6 || column.Meaning.Name is "identifier" or "text" or "date" or "time" or "person" or "address" ? "none" // lack that large or of such a column has a meaning: a decision of people
            : BestFill(connection, column, clean, isOurs ? percent : 0);
    }

    /// <summary>Which way of filling comes nearest to values that are known: a tree where it is better by a quarter, else what is simplest.</summary>
    private static string BestFill(DuckConnection connection, ColumnProfile column, ColumnProfile clean, int percent)
    {
        var names = new List<string>();
        using (var described = connection.Query("select * exclude (i__) from whole limit 0"))
        {
            names.AddRange(described.Columns.Select(one => one.Name));
        }
        var kinds = names.Select(name => new TreeColumn(name, connection.Scalar<string>($"select typeof({DuckSql.Name(name)}) from whole limit 1") is not ("VARCHAR" or "BOOLEAN" or "DATE" or "TIMESTAMP" or "TIME"))).ToList();
        using var result = connection.Query($"select {string.Join(", ", kinds.Select(kind => kind.IsNumber ? $"{DuckSql.Name(kind.Name)}::double" : $"{DuckSql.Name(kind.Name)}::varchar"))} from whole order by i__");
        var rows = result.Rows().Select(row => row.ToArray()).ToList();
        var gain = 0.0;
        try
        {
            gain = FillTreeLearning.Learn(kinds, rows, names.IndexOf(clean.Name)).Gain;
        }
        catch (EscaleException)
        {
            // nothing to learn from: the simple ways remain
        }
        return gain >= 0.25 ? "fill_model" : column.Kind != "number" || column.Meaning.Name is "category" or "boolean" ? "fill_mode" : Signs.Of(clean, new TableProfile("", clean.Count, 0, new ProfileBasis(true, null)))["off_middle"] < 0.1 ? "fill_mean" : "fill_median";
    }

    /// <summary>Tables as a whole: clean, with rows repeated, with rows repeated in another spelling, with unclear names.</summary>
    private static async Task<List<LabelledSigns>> TablesAsync(DuckConnection connection, string table, Random random)
    {
        var lines = new List<LabelledSigns>();
        foreach (var (label, sql) in ((string, string)[])[
            ("none", "select * from whole"), // with the row's number no row repeats another
            ("none", $"select * from whole where i__ % {random.Next(2, 5)} = 0"),
            ("deduplicate", $"select * exclude (i__) from (select * from whole union all select * from whole where hash(i__, 1) % 1000 < {random.Next(3, 30)})"),
            ("deduplicate", $"select * exclude (i__) from (select * from whole union all select * from whole where hash(i__, 2) % 100 < {random.Next(5, 60)})"),
            ("normalise", $"with t as (select 'Key ' || i__ as key, * exclude (i__) from whole) select * from t union all select * replace (upper(key) as key) from t where hash(key) % 100 < {random.Next(2, 30)}"),
            ("normalise", $"with t as (select 'No ' || i__ as key, i__ % 9 as part from whole) select * from t union all select * replace (lower(key) as key) from t where hash(key) % 100 < {random.Next(2, 30)}"),
            ("normalise", $"with t as (select 'Key ' || i__ as key, * exclude (i__) from whole) select * from t union all select * replace (key || '.' as key) from t where hash(key) % 100 < {random.Next(1, 10)}"),
            ("rename", "select *, i__ % 7 as \"Unit price (€)\" from whole"),
            ("rename", "select *, i__ % 7 as \"Unnamed: 3\", 1 - i__ as \"my column\" from whole"),
        ])
        {
            var profile = await ProfileAsync(connection, sql);
            var signs = Signs.Of(profile);
            var honest = label switch { "deduplicate" => signs["odd_names"] <= 0, "normalise" => signs["near"] > 0 && signs["odd_names"] <= 0, "none" => signs["odd_names"] <= 0 && signs["repeated"] <= 0 && signs["near"] <= 0, _ => true };
            if (honest)
            {
                lines.Add(new LabelledSigns(table, "", label, signs));
            }
        }
        return lines;
    }

    private static string Sql(string sql, string column, int percent) =>
        sql.Replace("{c}", DuckSql.Name(column), StringComparison.Ordinal).Replace("{p}", percent.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal).Replace("{i}", "i__", StringComparison.Ordinal);

    private static async Task<TableProfile> ProfileAsync(DuckConnection connection, string sql)
    {
        var profiler = new Profiler(new LakeRows(connection), new ProfileSource("labels", "1", sql, sql, null, null));
        var profile = await profiler.SampleAsync(CancellationToken.None);
        await profiler.ForgetAsync();
        return profile;
    }
}
