using Escale.Ui;

namespace Escale.Collect.Uploads.Pages;

/// <summary>The words of the pages of sources; those of what happens on them are in web/src/elements/upload.ts.</summary>
internal static class Words
{
    public static readonly Text Sources = new("Sources", "Sources");
    public static readonly Text About = new("Where the data comes from. Each source fills one or more tables.", "D'où viennent les données. Chaque source remplit une ou plusieurs tables.");
    public static readonly Text Source = new("Source", "Source");
    public static readonly Text Kind = new("Kind", "Genre");
    public static readonly Text Tables = new("Tables", "Tables");
    public static readonly Text File = new("File", "Fichier");
    public static readonly Text Loaded = new("Loaded", "Chargée");
    public static readonly Text NotLoaded = new("not loaded yet", "pas encore chargée");
    public static readonly Text Files = new("files", "fichiers");
    public static readonly Text Rest = new("REST API", "API REST");
    public static readonly Text Web = new("web pages", "pages web");
    public static readonly Text Stream = new("pushed events", "événements reçus");
    public static readonly Text EmptyTitle = new("No source yet", "Aucune source pour l'instant");
    public static readonly Text EmptyAbout = new("Drop a file above: Escale finds out how it is written and makes a table of it.", "Déposez un fichier ci-dessus : Escale trouve comment il est écrit et en fait une table.");
    public static readonly Text Broken = new("A source file cannot be read", "Un fichier de source ne peut pas être lu");
    public static readonly Text Yours = new("Your uploads that are no tables yet", "Vos fichiers qui ne sont pas encore des tables");
    public static readonly Text Uploading = new("not complete", "incomplet");
    public static readonly Text Ready = new("ready", "prêt");
    public static readonly Text NewTable = new("New table from {0}", "Nouvelle table à partir de {0}");
    public static readonly Text NoScript = new("This page needs JavaScript.", "Cette page a besoin de JavaScript.");
}
