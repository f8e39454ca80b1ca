using Escale.Ui;

namespace Escale.Explore.Tables;

/// <summary>The words of the tables' pages.</summary>
internal static class Words
{
    public static readonly Text Tables = new("Tables", "Tables");
    public static readonly Text About = new(
        "Everything that is in the lake: what was collected, and what was made of it.", "Tout ce que contient le lac de données : ce qui a été collecté, et ce qui en a été fait.");
    public static readonly Text SearchTables = new("Search names, columns, descriptions, tags", "Chercher un nom, une colonne, une description, une étiquette");
    public static readonly Text Search = new("Search", "Chercher");
    public static readonly Text AllTags = new("All tags", "Toutes les étiquettes");
    public static readonly Text AnyQuality = new("Any quality", "Toute qualité");
    public static readonly Text Table = new("Table", "Table");
    public static readonly Text View = new("View", "Vue");
    public static readonly Text Name = new("Name", "Nom");
    public static readonly Text Description = new("Description", "Description");
    public static readonly Text Rows = new("Rows", "Lignes");
    public static readonly Text Size = new("Size", "Taille");
    public static readonly Text Changed = new("Changed", "Modifiée");
    public static readonly Text Checked = new("Last run", "Dernière exécution");
    public static readonly Text Quality = new("Tests", "Tests");
    public static readonly Text Owner = new("Owner", "Responsable");
    public static readonly Text Tags = new("Tags", "Étiquettes");
    public static readonly Text Column = new("Column", "Colonne");
    public static readonly Text Type = new("Type", "Type");
    public static readonly Text FoundIn = new("in {0}", "dans {0}");
    public static readonly Text FirstOf = new("The first {0} of {1}. Search, or", "Les {0} premières sur {1}. Cherchez, ou");
    public static readonly Text Damaged = new("Cannot be read", "Illisible");
    public static readonly Text NoTables = new("No table yet", "Pas encore de table");
    public static readonly Text NoTablesAbout = new(
        "Tables appear here once a run has collected or made them. Run the project, or push rows to a stream.",
        "Les tables apparaissent ici dès qu'une exécution les a collectées ou produites. Exécutez le projet, ou envoyez des lignes à un flux.");
    public static readonly Text NothingFound = new("No table holds these words", "Aucune table ne contient ces mots");
    public static readonly Text NothingFoundAbout = new("Try fewer words, or another tag.", "Essayez moins de mots, ou une autre étiquette.");
    public static readonly Text ShowAll = new("Show all tables", "Voir toutes les tables");
    public static readonly Text FilesWrong = new("A file of the project is wrong; what is shown is as of the last time that all were right.", "Un fichier du projet est incorrect ; l'affichage date de la dernière lecture sans erreur.");
    public static readonly Plural TableCount = new(new("{0} table", "{0} table"), new("{0} tables", "{0} tables"));
    public static readonly Plural RowCount = new(new("{0} row", "{0} ligne"), new("{0} rows", "{0} lignes"));
    public static readonly Plural ColumnCount = new(new("{0} column", "{0} colonne"), new("{0} columns", "{0} colonnes"));
    public static readonly Plural PassedCount = new(new("{0} passed", "{0} réussi"), new("{0} passed", "{0} réussis"));
    public static readonly Plural FailedCount = new(new("{0} failed", "{0} échoué"), new("{0} failed", "{0} échoués"));
    public static readonly Plural WarnedCount = new(new("{0} warning", "{0} avertissement"), new("{0} warnings", "{0} avertissements"));
    public static readonly Plural NotRunCount = new(new("{0} not run", "{0} non exécuté"), new("{0} not run", "{0} non exécutés"));
    public static readonly Plural FailingRows = new(new("{0} row fails it", "{0} ligne en échec"), new("{0} rows fail it", "{0} lignes en échec"));
    public static readonly Text Passed = new("passed", "réussi");
    public static readonly Text Failed = new("failed", "échoué");
    public static readonly Text Warned = new("warning", "avertissement");
    public static readonly Text NotRun = new("not run", "non exécuté");

    // The table's page.
    public static readonly Text Overview = new("Overview", "Aperçu");
    public static readonly Text Columns = new("Columns", "Colonnes");
    public static readonly Text Versions = new("Versions", "Versions");
    public static readonly Text Lineage = new("Lineage", "Lignage");
    public static readonly Text UsedBy = new("Used by", "Utilisée par");
    public static readonly Text Parts = new("Parts of the table's page", "Parties de la page de la table");
    public static readonly Text NoDescription = new("Nobody has described this table yet.", "Personne n'a encore décrit cette table.");
    public static readonly Text Download = new("Download", "Télécharger");
    public static readonly Text DownloadAbout = new("With the filters and the order of the rows", "Avec les filtres et l'ordre des lignes");
    public static readonly Text CsvSafe = new("CSV for spreadsheets", "CSV pour tableur");
    public static readonly Text CsvRaw = new("CSV, values as they are", "CSV, valeurs telles quelles");
    public static readonly Text Excel = new("Excel (XLSX)", "Excel (XLSX)");
    public static readonly Text Parquet = new("Parquet", "Parquet");
    public static readonly Text Json = new("JSON", "JSON");
    public static readonly Text Version = new("Version", "Version");
    public static readonly Text Location = new("Location", "Emplacement");
    public static readonly Text MadeBy = new("Made by", "Produite par");
    public static readonly Text Files = new("Files", "Fichiers");
    public static readonly Text Facts = new("About", "À propos");
    public static readonly Text HowToRead = new("As code", "En code");
    public static readonly Text HowToReadAbout = new("Programs read it with an API token of yours:", "Les programmes la lisent avec un de vos jetons d'API :");
    public static readonly Text YourTokens = new("Your API tokens", "Vos jetons d'API");
    public static readonly Text TableTests = new("Tests of the whole table", "Tests de toute la table");
    public static readonly Text AtVersion = new("Version {0}, as it was", "Version {0}, telle qu'elle était");
    public static readonly Text BackToNow = new("Show the newest", "Voir la plus récente");
    public static readonly Text PartitionedBy = new("Partitioned by", "Partitionnée par");
    public static readonly Text Unknown = new("unknown", "inconnu");

    // Columns.
    public static readonly Text Computing = new("Looking at every value…", "Examen de toutes les valeurs…");
    public static readonly Text Sampled = new("quartiles, bars and frequent values from a sample of {0} rows", "quartiles, barres et valeurs fréquentes d'après un échantillon de {0} lignes");
    public static readonly Text Missing = new("Missing", "Manquantes");
    public static readonly Text MissingValue = new("missing", "manquant");
    public static readonly Text None = new("none", "aucune");
    public static readonly Text Distinct = new("Different", "Différentes");
    public static readonly Text Least = new("Least", "Minimum");
    public static readonly Text Most = new("Most", "Maximum");
    public static readonly Text Mean = new("Mean", "Moyenne");
    public static readonly Text Deviation = new("Deviation", "Écart type");
    public static readonly Text Median = new("Median", "Médiane");
    public static readonly Text Half = new("Middle half", "Moitié centrale");
    public static readonly Text HistogramOf = new("How the values of {0} are spread", "Répartition des valeurs de {0}");
    public static readonly Text Frequent = new("Most frequent values", "Valeurs les plus fréquentes");
    public static readonly Text EmptyText = new("(empty text)", "(texte vide)");

    // Versions.
    public static readonly Text Compare = new("Compare", "Comparer");
    public static readonly Text CompareFrom = new("From", "De");
    public static readonly Text CompareTo = new("To", "À");
    public static readonly Text OlderVersion = new("Compare from version {0}", "Comparer depuis la version {0}");
    public static readonly Text NewerVersion = new("Compare to version {0}", "Comparer à la version {0}");
    public static readonly Text When = new("When", "Quand");
    public static readonly Text What = new("What", "Quoi");
    public static readonly Text RowsWritten = new("Rows written", "Lignes écrites");
    public static readonly Text Run = new("Run", "Exécution");
    public static readonly Text ShowRows = new("Rows", "Lignes");
    public static readonly Text RestoreLink = new("Restore…", "Restaurer…");
    public static readonly Text Difference = new("From version {0} to version {1}", "De la version {0} à la version {1}");
    public static readonly Text ByKey = new("rows told apart by {0}", "lignes identifiées par {0}");
    public static readonly Text WithoutKey = new("no column is tested to be unique: a row with another value counts as one removed and one added",
        "aucune colonne n'est testée comme unique : une ligne dont une valeur change compte comme une retirée et une ajoutée");
    public static readonly Text RowsAdded = new("rows added", "lignes ajoutées");
    public static readonly Text RowsRemoved = new("rows removed", "lignes retirées");
    public static readonly Text RowsChanged = new("rows changed", "lignes modifiées");
    public static readonly Text ColumnsChanged = new("columns changed", "colonnes modifiées");
    public static readonly Text AddedWord = new("added", "ajouté");
    public static readonly Text RemovedWord = new("removed", "retiré");
    public static readonly Text ChangedWord = new("changed", "modifié");
    public static readonly Text TypeWord = new("has another type", "a changé de type");
    public static readonly Text FirstRows = new("The first {0} of them.", "Les {0} premières.");
    public static readonly Text NoDifference = new("The two versions hold the same rows.", "Les deux versions contiennent les mêmes lignes.");
    public static readonly Text OperationWrite = new("written", "écriture");
    public static readonly Text OperationMerge = new("merged", "fusion");
    public static readonly Text OperationOptimize = new("compacted", "compactage");
    public static readonly Text OperationRestore = new("restored", "restauration");
    public static readonly Text OperationCreate = new("created", "création");
    public static readonly Text RestoreTitle = new("Restore version {0}", "Restaurer la version {0}");
    public static readonly Text RestoreAbout = new(
        "{0} will hold the rows and columns of version {1} again, in place of version {2}.", "{0} contiendra de nouveau les lignes et les colonnes de la version {1}, à la place de la version {2}.");
    public static readonly Text RestoreKept = new(
        "This adds a new version; nothing is lost, and you can go back. The next run may make the table anew.",
        "Cela ajoute une version ; rien n'est perdu, et vous pourrez revenir. La prochaine exécution peut refaire la table.");
    public static readonly Text RestoreNow = new("Restore version {0}", "Restaurer la version {0}");
    public static readonly Text Cancel = new("Cancel", "Annuler");

    // Lineage and use.
    public static readonly Text NoLineage = new("Nothing in the project makes this table", "Rien dans le projet ne produit cette table");
    public static readonly Text NoLineageAbout = new("Tables that a source collects or a transformation makes show here where they come from.", "Les tables collectées par une source ou produites par une transformation montrent ici leur origine.");
    public static readonly Text NobodyReads = new("Nothing reads this table", "Rien ne lit cette table");
    public static readonly Text NobodyReadsAbout = new("Transformations, questions and dashboards that read it will be listed here.", "Les transformations, questions et tableaux de bord qui la lisent seront listés ici.");
    public static readonly Text QuestionsAndDashboards = new("Questions and dashboards", "Questions et tableaux de bord");
    public static readonly Text Question = new("Question", "Question");
    public static readonly Text Dashboard = new("Dashboard", "Tableau de bord");
    public static readonly Text HowItReads = new("Reads it", "La lit");
    public static readonly Text Directly = new("directly", "directement");
    public static readonly Text Through = new("through {0}", "à travers {0}");
    public static readonly Text ReadDirectly = new("Read it directly", "La lisent directement");
    public static readonly Text ReadThrough = new("Depend on it through others", "En dépendent à travers d'autres");
    public static readonly Text Kind = new("Kind", "Genre");
    public static readonly Text Warehouse = new("warehouse table", "table d'entrepôt");
    public static readonly Text Transformation = new("transformation", "transformation");
    public static readonly Text Source = new("source", "source");
    public static readonly Text Seed = new("file", "fichier");
}
