using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Crashes;

/// <summary>Reliability promise R2: what was acknowledged is durable. A server is killed while clients push to it.</summary>
public sealed class A_killed_server : IDisposable
{
    private const int Clients = 6;
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Has_every_event_that_it_acknowledged_in_the_table_after_the_next_run()
    {
        _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("dbt_project.yml", "name: pushed\nversion: \"1\"\n");
        _folder.Write("sources/push.yml", "source: push\ntype: stream\ntables:\n  - { name: events, key: a-key-of-this-stream, columns: { id: { type: text, not_null: true } } }\n");
        var acknowledged = new ConcurrentBag<string>();
        for (var round = 0; round < 2; round++)
        {
            await PushUntilKilledAsync(round, acknowledged);
        }
        var run = await EscaleProgram.RunAsync(_folder.Path, ["run"]);
        try
        {
            Assert.True(run.ExitCode == 0, run.ToString());
            var asked = await EscaleProgram.RunAsync(_folder.Path, ["sql", "select id from bronze.events", "--format", "csv"]);
            var found = asked.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1).ToList();
            Assert.True(acknowledged.Count > 60, $"only {acknowledged.Count} events were acknowledged: nothing was tried");
            Assert.Empty(acknowledged.Except(found));
            Assert.Equal(found.Count, found.Distinct().Count());
        }
        finally
        {
            await EscaleProgram.RunAsync(_folder.Path, ["db", "stop"]);
        }
    }

    /// <summary>Kills the server while all clients are in the middle of pushing; what they cannot know of they do not count.</summary>
    private async Task PushUntilKilledAsync(int round, ConcurrentBag<string> acknowledged)
    {
        using var server = EscaleProgram.Start(_folder.Path, ["serve", "--urls", "http://127.0.0.1:0", "--json"]);
        using var said = JsonDocument.Parse(await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await server.StandardError.ReadToEndAsync()));
        using var client = new HttpClient { BaseAddress = new Uri(said.RootElement.GetProperty("listening").GetString()!) };
        client.DefaultRequestHeaders.Add("X-Api-Key", "a-key-of-this-stream");
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var count = 0;
        var pushing = Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            try
            {
                for (var push = 0; ; push++)
                {
                    var ids = Enumerable.Range(0, 1 + (push % 3)).Select(i => string.Create(CultureInfo.InvariantCulture, $"{round}-{number}-{push}-{i}")).ToList();
                    using var content = new StringContent(string.Concat(ids.Select(id => $"{{\"id\":\"{id}\"}}\n")), Encoding.UTF8, "application/x-ndjson");
                    using var answer = await client.PostAsync("/api/v1/streams/events", content);
                    Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
                    ids.ForEach(acknowledged.Add);
                    if (Interlocked.Increment(ref count) > 40 + (round * 23))
                    {
                        enough.TrySetResult();
                    }
                }
            }
            catch (HttpRequestException)
            {
                // It was killed under us.
            }
        })).ToList();
        await Task.WhenAny(enough.Task, Task.WhenAll(pushing));
        server.Kill();
        await server.WaitForExitAsync();
        await Task.WhenAll(pushing);
    }
}
