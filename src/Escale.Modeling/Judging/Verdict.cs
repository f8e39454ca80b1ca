using Escale.Learning;
using Escale.Modeling.Parts;
using Escale.Ui;

namespace Escale.Modeling.Judging;

/// <summary>What to think of a model, in words.</summary>
/// <param name="Tone">good, warn or bad.</param>
/// <param name="Title">In one sentence.</param>
/// <param name="Sentences">More.</param>
public sealed record Verdict(string Tone, Text Title, IReadOnlyList<Text> Sentences)
{
    /// <summary>The verdict on a training: against always giving the same answer, with how sure that is.</summary>
    public static Verdict Of(RunReport report, Reader reader)
    {
        var summary = report.Summary!;
        var gain = Scores.Gain(summary.Metric, summary.Score, summary.BaselineScore);
        var isUnsure = summary is { Low: { } low, High: { } high, BaselineScore: { } baseline } && baseline >= low && baseline <= high;
        var (tone, title) = gain switch
        {
            null => ("warn", new Text("There is nothing to compare this model with.", "Il n’y a rien à quoi comparer ce modèle.")),
            _ when isUnsure || gain <= 0.02 => ("bad", new Text("Not better than a guess: do not use it.", "Pas mieux qu’une réponse au hasard : ne l’utilisez pas.")),
            < 0.2 => ("warn", new Text("A little better than a guess.", "Un peu mieux qu’une réponse au hasard.")),
            < 0.5 => ("good", new Text("Useful: clearly better than a guess.", "Utile : nettement mieux qu’une réponse au hasard.")),
            < 0.95 => ("good", new Text("Good: it gets most of it right.", "Bon : il voit l’essentiel.")),
            _ => ("warn", new Text("Nearly perfect: check that no column gives the answer away.", "Presque parfait : vérifiez qu’aucune colonne ne donne la réponse.")),
        };
        var sentences = new List<Text>();
        if (gain is { } way && way > 0.02)
        {
            var share = reader.Percent(way, 0);
            sentences.Add(new($"It comes {share} of the way from always giving the same answer to being always right.", $"Il fait {share} du chemin entre une réponse toujours identique et une réponse toujours juste."));
        }
        if (report.Judgement is { } judgement)
        {
            sentences.Add(Plain(judgement, reader));
        }
        if (isUnsure)
        {
            sentences.Add(new("With so few rows the difference from the baseline may be chance.", "Avec si peu de lignes, la différence avec la référence peut être due au hasard."));
        }
        if (summary.Findings.Any(finding => finding.Code is "leak" or "after-the-event"))
        {
            sentences.Add(new("A column may give the answer away: look at the checks below before you believe it.", "Une colonne donne peut-être la réponse : regardez les vérifications ci-dessous avant d’y croire."));
        }
        return new Verdict(tone, title, sentences);
    }

    private static Text Plain(Tracking.Judgement judgement, Reader reader)
    {
        if (judgement.Task == LearningTask.Regression)
        {
            var (typical, median) = (Scores.Of(reader, judgement.Metrics.TryGetValue("MAE", out var mae) ? mae : null), Scores.Of(reader, judgement.Metrics.FirstOrDefault(pair => pair.Key.StartsWith("median", StringComparison.OrdinalIgnoreCase)).Value));
            return new($"On rows that it had not seen it is off by {typical} on average, and by less than {median} for half of them.", $"Sur des lignes qu’il n’avait pas vues, il se trompe de {typical} en moyenne, et de moins de {median} pour la moitié.");
        }
        var total = judgement.Confusion.Sum(row => row.Sum());
        var right = Enumerable.Range(0, judgement.Confusion.Count).Sum(at => judgement.Confusion[at][at]);
        var often = total > 0 ? judgement.Confusion.Max(row => row.Sum()) / total : 0;
        return new(
            $"Of 100 rows that it had not seen it names the right class for {reader.Number(100 * right / total, 0)}; always saying the most frequent one would be right for {reader.Number(100 * often, 0)}.",
            $"Sur 100 lignes qu’il n’avait pas vues, il donne la bonne classe pour {reader.Number(100 * right / total, 0)} ; toujours dire la plus fréquente serait juste pour {reader.Number(100 * often, 0)}.");
    }
}
