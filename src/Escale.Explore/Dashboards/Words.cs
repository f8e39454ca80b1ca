using Escale.Ui;

namespace Escale.Explore.Dashboards;

/// <summary>The words of dashboards; those of the canvas are in <c>web/src/elements/canvas</c>.</summary>
internal static class Words
{
    public static readonly Text Dashboards = new("Dashboards", "Tableaux de bord");
    public static readonly Text About = new("What the team watches: questions laid out together, with shared filters.", "Ce que l'équipe suit : des questions réunies sur une page, avec des filtres communs.");
    public static readonly Text New = new("New dashboard", "Nouveau tableau de bord");
    public static readonly Text NewDashboard = new("New dashboard", "Nouveau tableau de bord");
    public static readonly Text Title = new("Title", "Titre");
    public static readonly Text Make = new("Create", "Créer");
    public static readonly Text None = new("No dashboard yet", "Pas encore de tableau de bord");
    public static readonly Text NoneAbout = new(
        "A dashboard shows several questions side by side, under the same filters, always with the newest data. It is a file in the folder dashboards of the project.",
        "Un tableau de bord montre plusieurs questions côte à côte, sous les mêmes filtres, toujours avec les données les plus récentes. C'est un fichier du dossier dashboards du projet.");
    public static readonly Plural Tiles = new(new("{0} tile", "{0} tuile"), new("{0} tiles", "{0} tuiles"));
    public static readonly Text NeedsScript = new("Dashboards need JavaScript.", "Les tableaux de bord ont besoin de JavaScript.");
    public static readonly Text SharedWith = new("Shared with Escale, read only", "Partagé avec Escale, en lecture seule");
    public static readonly Text OtherLanguage = new("Français", "English");
    public static readonly Text Theme = new("Light or dark", "Clair ou sombre");
}
