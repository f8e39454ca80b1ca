using Escale.Ui;

namespace Escale.Explore.Questions;

/// <summary>The words of the pages of questions; those of the builder itself are in web/src/elements/builder.</summary>
internal static class Words
{
    public static readonly Text Questions = new("Questions", "Questions");
    public static readonly Text About = new("Saved queries with their charts. Dashboards are made of them.", "Des requêtes enregistrées, avec leur graphique. Les tableaux de bord en sont faits.");
    public static readonly Text Ask = new("Ask a question", "Poser une question");
    public static readonly Text Search = new("Search questions", "Chercher une question");
    public static readonly Text EmptyTitle = new("No question yet", "Aucune question pour l'instant");
    public static readonly Text EmptyAbout = new(
        "Choose a table, filter it, sum it up, and see it as a chart. A saved question stays up to date with its tables.",
        "Choisissez une table, filtrez-la, résumez-la et voyez-la en graphique. Une question enregistrée suit ses tables.");
    public static readonly Text NothingFound = new("No question has these words.", "Aucune question ne contient ces mots.");
    public static readonly Text InSteps = new("steps", "étapes");
    public static readonly Text Edit = new("Edit", "Modifier");
    public static readonly Text Delete = new("Delete", "Supprimer");
    public static readonly Text DeleteSure = new("Delete this question for everyone?", "Supprimer cette question pour tout le monde ?");
    public static readonly Text OpenInSql = new("Open in SQL", "Ouvrir en SQL");
    public static readonly Text AsCode = new("As code", "En code");
    public static readonly Text File = new("File", "Fichier");
    public static readonly Text Call = new("Call", "Appel");
    public static readonly Text New = new("New question", "Nouvelle question");
    public static readonly Text Broken = new("This file cannot be read", "Ce fichier ne peut pas être lu");
    public static readonly Text NoScript = new("This page needs JavaScript.", "Cette page a besoin de JavaScript.");
}
