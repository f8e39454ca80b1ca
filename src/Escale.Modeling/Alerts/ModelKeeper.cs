using System.Globalization;
using Escale.Kernel;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Registry;
using Escale.Modeling.Retraining;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Escale.Modeling.Watching;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Escale.Modeling.Alerts;

/// <summary>Looks after endpoints and models while the program serves: every few minutes it notes what is wrong, and starts a challenger where a rule says so. What fails is tried again at the next round.</summary>
internal sealed class ModelKeeper(
    EndpointStore endpoints, EndpointDirectory directory, WatchReports watching, AlertStore alerts, RetrainingStore challenges, TrainingFiles files, ModelRegistry registry, TrackingStore tracking, TrainingStarter starter,
    FrameReader reader, IServiceProvider services, TimeProvider clock) : BackgroundService
{
    /// <summary>Who starts a challenger by a rule.</summary>
    public const string Name = "Escale";

    private static readonly TimeSpan _first = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(5);

    /// <summary>One round.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var all = await endpoints.ListAsync(cancellationToken);
        await alerts.KeepOnlyAsync([.. all.Select(endpoint => endpoint.Name)], cancellationToken);
        foreach (var endpoint in all)
        {
            await LookAtAsync(endpoint, cancellationToken);
        }
        await TellAsync(cancellationToken);
        await RetrainAsync(cancellationToken);
    }

    /// <summary>Notes what is wrong with an endpoint.</summary>
    public async Task<IReadOnlyList<ModelAlert>> LookAtAsync(ModelEndpoint endpoint, CancellationToken cancellationToken, WatchReport? watch = null)
    {
        watch ??= await watching.ReadAsync(endpoint.Name, false, cancellationToken);
        await alerts.SaveAsync(endpoint.Name, AlertRules.Of(endpoint, await directory.FindAsync(endpoint.Name, cancellationToken) is not null, watch, clock.GetUtcNow()), cancellationToken);
        return await alerts.ListAsync(endpoint.Name, cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = _first;
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(pause, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = _pause;
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is EscaleException or OperationCanceledException or IOException or Npgsql.NpgsqlException)
            {
                // A table being rewritten, a database away: the next round sees it again.
            }
        }
    }

    private async Task RetrainAsync(CancellationToken cancellationToken)
    {
        var open = await alerts.ListAsync(null, cancellationToken);
        var known = (await registry.ListAsync(cancellationToken)).Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var spec in files.All().Where(spec => spec.Retrain is not null && known.Contains(spec.Name)))
        {
            if (await ReasonAsync(spec, spec.Retrain!, [.. open.Where(alert => alert.Model == spec.Name)], cancellationToken) is { } reason)
            {
                try
                {
                    await starter.ChallengeAsync(spec.Name, reason, Name, cancellationToken);
                }
                catch (EscaleException error) when (error.Code != "modeling.start-failed")
                {
                    // Another program was faster, or its data cannot be learned from: the record of challenges says so. The other models are looked after all the same.
                }
            }
        }
    }

    /// <summary>Why a challenger of a training is due, or null.</summary>
    internal async Task<RetrainReason?> ReasonAsync(TrainingSpec spec, RetrainRule rule, IReadOnlyList<ModelAlert> open, CancellationToken cancellationToken)
    {
        var last = (await challenges.ListAsync(spec.Name, 1, cancellationToken)).FirstOrDefault();
        if (last is { Outcome: "running" } || clock.GetUtcNow() - last?.StartedAt < rule.Pause)
        {
            return null;
        }
        var champion = await registry.FindAsync(spec.Name, null, cancellationToken);
        var run = champion.Run is { } id ? await tracking.GetAsync(id, cancellationToken) : null;
        // Without another row there is nothing to learn that it does not know.
        if (run is null || run.DataVersion == reader.VersionOf(spec.Table))
        {
            return null;
        }
        if (rule.OnQuality && open.FirstOrDefault(alert => alert.Kind == "quality") is { } worse)
        {
            return new RetrainReason("quality", [$"{Short(worse.Facts[1])} → {Short(worse.Facts[0])}"]);
        }
        if (rule.OnDrift && open.FirstOrDefault(alert => alert.Kind == "drift") is { } drift)
        {
            return new RetrainReason("drift", [drift.Facts[0]]);
        }
        if (rule.NewRows is { } least && reader.RowCountOf(spec.Table, null) - reader.RowCountOf(spec.Table, run.DataVersion) is { } added && added >= least)
        {
            return new RetrainReason("new-rows", [added.ToString(CultureInfo.InvariantCulture)]);
        }
        return rule.Age is { } age && clock.GetUtcNow() - champion.CreatedAt is var old && old >= age ? new RetrainReason("age", [((int)old.TotalDays).ToString(CultureInfo.InvariantCulture)]) : null;
    }

    // Challenges end in processes of their own, which have no audit log at hand.
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        foreach (var challenge in await challenges.TakeUnheardAsync(cancellationToken))
        {
            await using var scope = services.CreateAsyncScope();
            var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
            await context.AuditAsync(challenge.Outcome == "promoted" ? "model.challenger-promoted" : "model.challenger-judged", challenge.Model, challenge.Outcome != "failed", $"{challenge.Person}: {ChallengeWords.English(challenge)}");
        }
        await directory.RefreshAsync(cancellationToken);
    }

    private static string Short(string number) => double.TryParse(number, CultureInfo.InvariantCulture, out var value) ? ChallengeWords.Plain(value) : number;
}
