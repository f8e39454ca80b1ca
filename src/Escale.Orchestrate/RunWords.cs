using Escale.Ui;

namespace Escale.Orchestrate;

/// <summary>How the states of runs and steps are shown, on every page that names one.</summary>
public static class RunWords
{
    /// <summary>The word of a status of a run or a step, as the record has it.</summary>
    public static Text Of(string status) => status switch
    {
        "running" => new("Running", "En cours"),
        "succeeded" => new("Succeeded", "Réussie"),
        "ok" => new("Made", "Faite"),
        "unchanged" => new("Unchanged", "Inchangée"),
        "failed" => new("Failed", "En échec"),
        "skipped" => new("Skipped", "Sautée"),
        "cancelled" => new("Cancelled", "Arrêtée"),
        "interrupted" => new("Interrupted", "Interrompue"),
        "planned" => new("Waiting", "En attente"),
        _ => new(status, status),
    };

    /// <summary>The word of a step's kind, as the record has it.</summary>
    public static Text KindOf(string kind) => kind switch
    {
        "source" => new("source", "source"),
        "seed" => new("file", "fichier"),
        "model" => new("transformation", "transformation"),
        "test" => new("test", "test"),
        "warehouse" => new("warehouse table", "table d'entrepôt"),
        "training" => new("training", "entraînement"),
        _ => new(kind, kind),
    };

    /// <summary>The tone of a status.</summary>
    public static string Tone(string status) => status switch
    {
        "running" => "busy",
        "succeeded" or "ok" => "good",
        "failed" => "bad",
        "interrupted" or "cancelled" or "skipped" => "warn",
        _ => "calm",
    };
}
