using System.Text.Json.Nodes;
using Escale.Explore.Profiles;
using Escale.Explore.Profiles.Alerts;
using Escale.Ui;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>A kind of step that can be suggested: what the tree tells apart.</summary>
/// <param name="Name">Its name in <c>labels.csv</c>, in answers and over REST.</param>
/// <param name="Title">What it does, in words: a verb first.</param>
/// <param name="Alerts">The alerts of a profile that it answers; they know the step and the rows concerned.</param>
/// <param name="Settle">The signs once it is done.</param>
internal sealed record SuggestedKind(string Name, Text Title, IReadOnlyList<string> Alerts, Func<Signs, Signs> Settle)
{
    /// <summary>The label of what needs no step.</summary>
    public const string None = "none";

    /// <summary>Whether nothing can be said of the column once it is done, without looking again.</summary>
    public bool IsLast { get; init; }

    /// <summary>The step, where it is another than the alert's.</summary>
    public Func<ColumnProfile, JsonObject?>? Step { get; init; }

    /// <summary>All kinds, in the order in which they help each other.</summary>
    public static IReadOnlyList<SuggestedKind> All { get; } =
    [
        new("rename", new("give clear names to columns", "donner des noms clairs aux colonnes"), ["unclear_names"], signs => signs.With(("odd_names", 0))),
        new("drop_column", new("remove the column", "retirer la colonne"), ["empty_column", "constant", "equal_columns", "missing"], signs => signs) { IsLast = true, Step = column => Of("drop_columns", column) },
        new("trim", new("trim the blanks", "ôter les blancs"), ["padded", "empty_texts"], signs => signs.With(("padded", 0), ("missing", signs["missing"] + signs["blank"]), ("blank", 0))),
        new("control_signs", new("remove invisible characters", "ôter les caractères invisibles"), ["control_signs"], signs => signs.With(("control", 0))),
        new("null_words", new("make these words missing values", "faire de ces mots des valeurs manquantes"), ["null_words"],
            signs => signs.With(("missing", signs["missing"] + signs["null_words"]), ("fit", Math.Min(1, signs["fit"] / Math.Max(0.01, 1 - signs["null_words"]))), ("null_words", 0), ("certain", 0))) { IsLast = true },
        new("parse_number", new("read them as numbers", "les lire comme des nombres"), ["number_as_text"], signs => signs) { IsLast = true },
        new("parse_date", new("read them as dates", "les lire comme des dates"), ["date_as_text"], signs => signs) { IsLast = true },
        new("boolean", new("read them as 1 and 0", "les lire comme 1 et 0"), ["boolean_as_text"], signs => signs) { IsLast = true },
        new("cluster", new("bring the spellings together", "réunir les orthographes"), ["similar_values"], signs => signs.With(("alike", 0))),
        new("finite", new("make infinities missing values", "faire des infinis des valeurs manquantes"), ["not_finite"], signs => signs.With(("unusable", 0))),
        new("normalise", new("write the texts in one way", "écrire les textes d'une seule façon"), ["near_duplicate_rows"], signs => signs.With(("near", 0))),
        new("deduplicate", new("remove the repeated rows", "retirer les lignes répétées"), ["duplicate_rows"], signs => signs.With(("repeated", 0))),
        new("clip", new("bring far values to a limit", "ramener les valeurs extrêmes à une limite"), ["outliers"], signs => signs.With(("far", 0))),
        new("fill_median", new("fill with the median", "remplir par la médiane"), ["missing"], Filled) { Step = column => Fill("median", column) },
        new("fill_mean", new("fill with the mean", "remplir par la moyenne"), ["missing"], Filled) { Step = column => Fill("mean", column) },
        new("fill_mode", new("fill with the commonest value", "remplir par la valeur la plus fréquente"), ["missing"], Filled) { Step = column => Fill("mode", column) },
        new("fill_model", new("fill with what the other columns say (a small decision tree)", "remplir d'après les autres colonnes (un petit arbre de décision)"), ["missing"], Filled) { Step = column => Fill("model", column) },
        new("log", new("add its logarithm", "ajouter son logarithme"), ["skewed"], signs => signs.With(("skew", 0))),
        new("mask", new("mask or remove personal data", "masquer ou retirer les données personnelles"), ["personal_data"], signs => signs) { IsLast = true },
    ];

    /// <summary>The kind of a name, or null.</summary>
    public static SuggestedKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>The step for an alert that it answers, or null when it has none for it.</summary>
    public JsonObject? StepFor(Alert alert, ColumnProfile? column) => Step is not null && column is not null ? Step(column) : alert.Step?.DeepClone().AsObject();

    /// <summary>The alert of a profile that it answers for a column (null: the table), or null.</summary>
    public Alert? AlertFor(TableProfile profile, ColumnProfile? column) => profile.Alerts.FirstOrDefault(alert =>
        Alerts.Contains(alert.Code) && (column is null ? alert.Code is "unclear_names" or "duplicate_rows" or "near_duplicate_rows" : alert.Code == "equal_columns" ? alert.Columns[^1] == column.Name : alert.Columns is [var only] && only == column.Name));

    private static Signs Filled(Signs signs) => signs.With(("missing", 0));

    private static JsonObject Of(string type, ColumnProfile column) => StepJson.Of(type, ("columns", new[] { column.Name }));

    // What can be filled so: times and identifiers cannot, and a mean needs numbers.
    private static JsonObject? Fill(string method, ColumnProfile column) => method is "median" or "mean" && column.Kind != "number" || column.Kind is not ("number" or "text" or "boolean")
        ? null : StepJson.Of("fill", ("columns", new[] { column.Name }), ("method", method));
}
