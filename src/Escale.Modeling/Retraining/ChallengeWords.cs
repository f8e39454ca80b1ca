using System.Globalization;
using Escale.Modeling.Parts;
using Escale.Ui;

namespace Escale.Modeling.Retraining;

/// <summary>Says what a rule is, why a challenger was trained and what became of it, in whole sentences.</summary>
internal static class ChallengeWords
{
    /// <summary>The outcome for the command line.</summary>
    public static string English(Challenge challenge)
    {
        var reader = new Reader(Language.English);
        return $"{reader[Why(challenge.Reason)]} {Outcome(reader, challenge)}";
    }

    /// <summary>Why.</summary>
    public static Text Why(RetrainReason reason)
    {
        string At(int place) => place < reason.Values.Count ? reason.Values[place] : "";
        return reason.Kind switch
        {
            "drift" => new($"What it is asked looks other than at training ({At(0)}).", $"Ce qu’on lui demande ne ressemble plus à l’entraînement ({At(0)})."),
            "quality" => new($"Its errors in use are clearly larger than at training ({At(0)}).", $"Ses erreurs à l’usage sont nettement plus grandes qu’à l’entraînement ({At(0)})."),
            "new-rows" => new($"Its table has {At(0)} rows more than it learned from.", $"Sa table a {At(0)} lignes de plus que celles de l’apprentissage."),
            "age" => new($"It is {At(0)} days old.", $"Il a {At(0)} jours."),
            _ => new("Someone asked for it.", "Quelqu’un l’a demandé."),
        };
    }

    /// <summary>What became of it.</summary>
    public static string Outcome(Reader reader, Challenge challenge)
    {
        object?[] scores = [challenge.Champion, challenge.Challenger, challenge.Metric, Scores.Of(reader, challenge.ChampionScore), Scores.Of(reader, challenge.ChallengerScore), Scores.Of(reader, challenge.Low), Scores.Of(reader, challenge.High)];
        return challenge.Outcome switch
        {
            "running" => reader[Words.ChallengeRuns],
            "promoted" => reader[Words.ChallengePromoted, scores],
            "better" => reader[Words.ChallengeBetter, scores],
            "kept" => reader[Words.ChallengeKept, scores],
            "unjudged" => $"{reader[Words.ChallengeUnjudged, scores]} {reader[challenge.Code == "modeling.challenge-few-rows" ? Words.FewRowsToJudge : Words.NoPastToJudge]}",
            _ => $"{reader[Words.ChallengeFailed]} {ErrorGuide.WordsFor(reader, challenge.Code)?.Meaning ?? challenge.Message}",
        };
    }

    /// <summary>Which rows judged.</summary>
    public static string? RowsOf(Reader reader, Challenge challenge) => challenge.Rows is not { } rows ? null
        : rows is { Column: { } column, From: { } from, To: { } to } ? reader[Words.JudgedByTime, reader.Number(rows.Judging), reader.Number(rows.New), column, from, to]
        : reader[Words.JudgedByPlace, reader.Number(rows.Judging), reader.Number(rows.New)];

    /// <summary>The rule, clause by clause.</summary>
    public static IEnumerable<string> Rule(Reader reader, RetrainRule rule)
    {
        if (rule.OnDrift) { yield return reader[Words.RuleDrift]; }
        if (rule.OnQuality) { yield return reader[Words.RuleQuality]; }
        if (rule.NewRows is { } rows) { yield return reader[Words.RuleRows, reader.Number(rows)]; }
        if (rule.Age is { } age) { yield return reader[Words.RuleAge, reader.Number(age.TotalDays, 1)]; }
    }

    /// <summary>How good or bad an outcome is.</summary>
    public static string ToneOf(string outcome) => outcome switch { "promoted" or "better" => "good", "failed" => "bad", "running" => "info", "unjudged" => "warn", _ => "calm" };

    /// <summary>A number in a reason.</summary>
    public static string Plain(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);
}
