using Escale.Collect.Definitions;
using Escale.Collect.Http;

namespace Escale.Collect.Streams;

/// <summary>Waits until whoever pushes says that it is done, with our own server listening meanwhile.</summary>
internal sealed class StreamWait(GuardedHttp http, RunEnvironment environment, TimeProvider clock, IServiceProvider services)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(200);

    public async Task UntilReadyAsync(StreamSettings settings, CollectContext context, CancellationToken cancellationToken)
    {
        if (settings.Wait is null)
        {
            return;
        }
        if (services.GetService(typeof(IProgramHost)) is IProgramHost host)
        {
            await host.ListenAsync(cancellationToken);
        }
        var address = new Uri(Variables.Expand(settings.Wait, environment, context.Table.Place));
        var started = clock.GetTimestamp();
        var ask = new HttpAsk { Address = address, Accepts = _ => true, MaxSizeBytes = 1 << 20 };
        while (await http.SendAsync(ask, (answer, _) => Task.FromResult(answer.Status), cancellationToken) != 200)
        {
            if (clock.GetElapsedTime(started) > settings.WaitTimeout)
            {
                throw new EscaleException(
                    "collect.stream-wait", $"{GuardedHttp.Show(address)} did not say within {settings.WaitTimeout.TotalSeconds:0} s that all events are pushed.",
                    "Check the service that pushes, or raise wait_timeout.", context.Table.Place);
            }
            context.Progress?.Report(new StepProgress(Doing: "waiting for events"));
            await Task.Delay(_pause, clock, cancellationToken);
        }
    }
}
