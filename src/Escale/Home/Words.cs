using Escale.Ui;

namespace Escale.Home;

/// <summary>The words of the first page.</summary>
internal static class Words
{
    public static readonly Text About = new("A project in {0}", "Un projet dans {0}");
    public static readonly Text RunAll = new("Run everything", "Tout exécuter");
    public static readonly Text Tables = new("Tables", "Tables");
    public static readonly Text Rows = new("Rows", "Lignes");
    public static readonly Text Size = new("On disk", "Sur le disque");
    public static readonly Text LastRun = new("Last run", "Dernière exécution");
    public static readonly Text NoRun = new("None yet", "Aucune");
    public static readonly Text Newest = new("Changed last", "Modifiées récemment");
    public static readonly Text AllTables = new("All tables", "Toutes les tables");
    public static readonly Text Attention = new("Needs attention", "À regarder");
    public static readonly Text AllWell = new("Nothing failed in the last run, and nothing is in quarantine.", "Rien n'a échoué à la dernière exécution et rien n'est en quarantaine.");
    public static readonly Text ProjectError = new("A file of the project is wrong; what was right before it is still shown.", "Un fichier du projet est erroné ; ce qui était correct auparavant reste affiché.");
    public static readonly Plural InQuarantine = new(new("{0} row in quarantine", "{0} ligne en quarantaine"), new("{0} rows in quarantine", "{0} lignes en quarantaine"));
    public static readonly Text NoScript = new("Dropping files here needs JavaScript.", "Déposer des fichiers ici demande JavaScript.");
    public static readonly Text Next = new("What to do next", "Et maintenant");
    public static readonly Text Connect = new("Connect a BI tool", "Brancher un outil de BI");
    public static readonly Text ConnectAbout = new("PostgreSQL, read only.", "PostgreSQL, en lecture seule.");
    public static readonly Text Python = new("Read a table from Python", "Lire une table depuis Python");
    public static readonly Text PythonAbout = new("With an API token of your account.", "Avec un jeton d'API de votre compte.");
    public static readonly Text Push = new("Push events", "Envoyer des événements");
    public static readonly Text PushAbout = new("Durable when the answer is 202.", "Durables dès que la réponse est 202.");
    public static readonly Text EmptyTitle = new("An empty project, ready for data", "Un projet vide, prêt à recevoir des données");
    public static readonly Text EmptyAbout = new(
        "Drop a file above to make a table of it. Or look at the sample first. Sources say where data comes from, SQL models what is made of it; both are text files in the project's folder. The sample adds a small port's calls: a source, two tables and their tests.",
        "Déposez un fichier ci-dessus pour en faire une table. Ou voyez d'abord l'exemple. Les sources disent d'où viennent les données, les transformations SQL ce qu'on en fait ; ce sont des fichiers texte dans le dossier du projet. L'exemple ajoute les escales d'un petit port : une source, deux tables et leurs tests.");
    public static readonly Text AddSample = new("Add the sample and run it", "Ajouter l'exemple et l'exécuter");
}
