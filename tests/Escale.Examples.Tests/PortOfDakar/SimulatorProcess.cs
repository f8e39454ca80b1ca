using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Escale.Examples.PortOfDakar;

/// <summary>The simulator as a run starts it: a process of its own that ends when its standard input closes.</summary>
internal sealed class SimulatorProcess : IAsyncDisposable
{
    private readonly Process _process;

    private SimulatorProcess(Process process, Uri address)
    {
        _process = process;
        Http = new HttpClient { BaseAddress = address };
    }

    public HttpClient Http { get; }

    public static async Task<SimulatorProcess> StartAsync(string folder, int days, Uri? escale = null)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = folder,
            ArgumentList = { typeof(global::PortOfDakar.Simulation).Assembly.Location, "--seed", "7", "--days", $"{days}", "--output", "data" },
            Environment = { ["PORT"] = $"{port}", ["ESCALE_URL"] = escale?.ToString() },
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var simulator = new SimulatorProcess(process, new Uri($"http://127.0.0.1:{port}"));
        await simulator.UntilAsync("/health");
        return simulator;
    }

    /// <summary>Asks a path until it answers 200.</summary>
    public async Task UntilAsync(string path)
    {
        for (var deadline = Stopwatch.StartNew(); deadline.Elapsed < TimeSpan.FromMinutes(2); await Task.Delay(50))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"The simulator ended with {_process.ExitCode}.");
            }

            try
            {
                using var answer = await Http.GetAsync(path);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It is not listening yet.
            }
        }

        throw new TimeoutException($"{path} did not answer 200.");
    }

    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public int CloseInputAndWait()
    {
        _process.StandardInput.Close();
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(1)));
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
