using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Orchestrate.ProjectServices;

/// <summary>
/// A program of <c>services:</c> while it runs: started in the project folder on a free port, its output in
/// <c>.escale/logs/NAME.log</c>, stopped by closing its standard input, then SIGTERM, then SIGKILL.
/// </summary>
internal sealed class RunningService : IAsyncDisposable
{
    private static readonly TimeSpan _readyTime = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(3);

    private readonly ServiceSettings _settings;
    private readonly Process _process;
    private readonly ServiceFiles _files;
    private readonly ServiceLog _log;

    private RunningService(ServiceSettings settings, Process process, ServiceFiles files, ServiceLog log, Uri address)
    {
        _settings = settings;
        _process = process;
        _files = files;
        _log = log;
        Address = address;
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Starts the service and returns when its <c>ready</c> path answers 200.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.service-failed</c>, <c>orchestrate.service-not-ready</c>.</exception>
    public static async Task<RunningService> StartAsync(
        ServiceSettings settings, ProjectRoot root, IReadOnlyDictionary<string, string> variables, TimeProvider clock, CancellationToken cancellationToken)
    {
        var files = new ServiceFiles(root, settings.Name);
        files.EndLeftover();
        var port = FreePort();
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
        var start = new CommandLineOf(root, settings, new Dictionary<string, string>(variables, StringComparer.Ordinal)
        {
            ["PORT"] = port.ToString(CultureInfo.InvariantCulture),
        }).Start(settings.Command);
        var log = new ServiceLog(files.LogFile);
        var process = log.Attach(ServiceProcess.Launch(start, settings));
        files.Remember(process.Id);
        var service = new RunningService(settings, process, files, log, address);
        try
        {
            await service.WaitUntilReadyAsync(clock, cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var identity = ProcessIdentity.Of(_process.Id);
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended already.
        }
        if (!await EndsAsync(_grace))
        {
            identity?.AskToEnd();
            if (!await EndsAsync(_grace))
            {
                identity?.Kill();
                await EndsAsync(_grace);
            }
        }
        _files.Forget();
        _process.Dispose();
        _log.Dispose();
    }

    private async Task<bool> EndsAsync(TimeSpan within)
    {
        using var patience = new CancellationTokenSource(within);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task WaitUntilReadyAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        var start = clock.GetTimestamp();
        while (true)
        {
            if (_process.HasExited)
            {
                throw new EscaleException("orchestrate.service-failed",
                    $"The service '{_settings.Name}' ended with exit code {_process.ExitCode} before it was ready{_log.LastLine}",
                    $"See {_files.ShownLog}.", _settings.Place);
            }
            if (await AnswersAsync(client, cancellationToken))
            {
                return;
            }
            if (clock.GetElapsedTime(start) > _readyTime)
            {
                throw new EscaleException("orchestrate.service-not-ready",
                    $"The service '{_settings.Name}' did not answer 200 at {_settings.Ready} within {_readyTime.TotalSeconds:0} seconds{_log.LastLine}",
                    $"See {_files.ShownLog}; the service must listen on 127.0.0.1 at the port in PORT.", _settings.Place);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), clock, cancellationToken);
        }
    }

    private async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(_settings.Ready.TrimStart('/'), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false; // the client's own time limit
        }
    }

    /// <summary>A port that is free now. Another program may take it before the service does; the service then says so in its log.</summary>
    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
