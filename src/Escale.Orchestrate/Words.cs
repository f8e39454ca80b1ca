using Escale.Ui;

namespace Escale.Orchestrate;

/// <summary>The words of runs.</summary>
internal static class Words
{
    public static readonly Text Runs = new("Runs", "Exécutions");
    public static readonly Text Run = new("Run {0}", "Exécution {0}");
    public static readonly Text RunsAbout = new("What was collected, transformed and tested, newest first.", "Ce qui a été collecté, transformé et testé, le plus récent d'abord.");
    public static readonly Text NoRuns = new("Nothing has run yet", "Rien n'a encore été exécuté");
    public static readonly Text NoRunsAbout = new(
        "A run collects the sources, builds the tables that depend on them and checks them. What has not changed is skipped.",
        "Une exécution collecte les sources, construit les tables qui en dépendent et les vérifie. Ce qui n'a pas changé est sauté.");
    public static readonly Text StartRun = new("Run", "Exécuter");
    public static readonly Text StartAll = new("Run everything", "Tout exécuter");
    public static readonly Text Start = new("Start", "Lancer");
    public static readonly Text Selection = new("What to run", "Quoi exécuter");
    public static readonly Text SelectionHint = new(
        "Empty: everything. A name, +name with all that it needs, name+ with all that is built on it, tag:daily, source:port_authority.",
        "Vide : tout. Un nom, +nom avec tout ce qu'il lit, nom+ avec tout ce qui en dépend, tag:daily, source:port_authority.");
    public static readonly Text FullRefresh = new("Rebuild from nothing", "Reconstruire depuis le début");
    public static readonly Text Cancel = new("Cancel the run", "Arrêter l'exécution");
    public static readonly Text Retry = new("Run again what failed", "Relancer ce qui a échoué");
    public static readonly Text RetryStep = new("Run again", "Relancer");
    public static readonly Text Everything = new("everything", "tout");
    public static readonly Text Started = new("Started", "Début");
    public static readonly Text Took = new("Time", "Durée");
    public static readonly Text What = new("What", "Quoi");
    public static readonly Text Status = new("Status", "État");
    public static readonly Text Steps = new("Steps", "Étapes");
    public static readonly Text Step = new("Step", "Étape");
    public static readonly Text Rows = new("Rows", "Lignes");
    public static readonly Text Kind = new("Kind", "Genre");
    public static readonly Text Note = new("Note", "Remarque");
    public static readonly Text Timeline = new("Timeline", "Chronologie");
    public static readonly Text Log = new("Log", "Journal");
    public static readonly Text LogGone = new("The log of this run is no longer kept.", "Le journal de cette exécution n'est plus conservé.");
    public static readonly Text Changed = new("Made", "Faites");
    public static readonly Text Unchanged = new("Unchanged", "Inchangées");
    public static readonly Text Failed = new("Failed", "En échec");
    public static readonly Text Skipped = new("Skipped", "Sautées");
    public static readonly Text RowsWritten = new("Rows written", "Lignes écrites");
    public static readonly Text Resumes = new("goes on with {0}", "reprend {0}");
    public static readonly Text AsCode = new("As code", "En code");
    public static readonly Text Attempts = new("{0} attempts", "{0} tentatives");
    public static readonly Text Quarantined = new("{0} rows in quarantine", "{0} lignes en quarantaine");
    public static readonly Text RunIsLate = new(
        "A run should have been over by {0}. See which step it waits for.", "Une exécution aurait dû être finie avant le {0}. Voyez quelle étape elle attend.");
    public static readonly Text Scheduler = new("Scheduler", "Ordonnanceur");
    public static readonly Text SchedulerIsHeldUp = new("No runs begin by themselves: {0}. It tries again by itself.", "Aucune exécution ne commence d'elle-même : {0}. Une nouvelle tentative suit d'elle-même.");
    public static readonly Text Search = new("Search the log", "Chercher dans le journal");
}
