using Escale.Ui;

namespace Escale.Explore.Recipes;

/// <summary>The words of the pages of recipes; those of the steps are in web/src/elements/recipe.</summary>
internal static class Words
{
    public static readonly Text Transformations = new("Transformations", "Transformations");
    public static readonly Text Recipes = new("Recipes", "Recettes");
    public static readonly Text About = new(
        "Cleaning in steps that can be read, changed and replayed. Each recipe makes a table of its own; the table it reads is never touched.",
        "Un nettoyage en étapes qui se lisent, se modifient et se rejouent. Chaque recette fabrique sa propre table ; celle qu'elle lit n'est jamais modifiée.");
    public static readonly Text Prepare = new("Prepare", "Préparer");
    public static readonly Text New = new("New recipe", "Nouvelle recette");
    public static readonly Text EmptyTitle = new("No recipe yet", "Aucune recette pour l'instant");
    public static readonly Text EmptyAbout = new(
        "Choose a table and clean it step by step: trim texts, read dates, fill what is missing, remove duplicates. Every step shows at once what it changes.",
        "Choisissez une table et nettoyez-la étape par étape : ôtez les blancs, lisez les dates, remplissez ce qui manque, retirez les doublons. Chaque étape montre aussitôt ce qu'elle change.");
    public static readonly Plural Steps = new(new("{0} step", "{0} étape"), new("{0} steps", "{0} étapes"));
    public static readonly Text Broken = new("This file cannot be read", "Ce fichier ne peut pas être lu");
    public static readonly Text Delete = new("Delete", "Supprimer");
    public static readonly Text DeleteSure = new("Delete this recipe for everyone? The table that it made stays.", "Supprimer cette recette pour tout le monde ? La table qu'elle a faite reste.");
    public static readonly Text OpenTable = new("Open the table", "Ouvrir la table");
    public static readonly Text NoScript = new("This page needs JavaScript.", "Cette page a besoin de JavaScript.");
}
