using System.Collections.Concurrent;
using System.Diagnostics;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>
/// Starts processes from one thread that lives as long as the pool: the children ask to die with the thread that started them.
/// </summary>
internal sealed class ProcessStarter : IDisposable
{
    private readonly BlockingCollection<Action> _starts = [];

    public ProcessStarter() => new Thread(Run) { IsBackground = true, Name = "sandbox-starter" }.Start();

    public Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(info)!);
            }
            catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
            {
                started.SetException(new EscaleException(
                    "engines.sandbox.start-failed", $"The sandbox process '{info.FileName}' could not be started: {error.Message}", "Check that the program may be executed.", inner: error));
            }
        });
        return started.Task;
    }

    public void Dispose() => _starts.CompleteAdding();

    private void Run()
    {
        foreach (var start in _starts.GetConsumingEnumerable())
        {
            start();
        }
    }
}

/// <summary>A child process as the host holds it: frames out, frames in, and a way to end it at any moment.</summary>
internal sealed class SandboxProcess : IAsyncDisposable
{
    private const int MaxStderrChars = 2000;
    private readonly Process _process;
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly byte[] _header = new byte[Frames.HeaderBytes];
    private string _stderr = "";

    private SandboxProcess(Process process)
    {
        _process = process;
        _input = process.StandardInput.BaseStream;
        _output = new BufferedStream(process.StandardOutput.BaseStream, 1 << 16);
        process.ErrorDataReceived += (_, line) => _stderr = (_stderr + line.Data + "\n") is var all && all.Length > MaxStderrChars ? all[..MaxStderrChars] : all;
        process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public FrameBuffer Buffer { get; } = new();

    /// <summary>Starts a child and waits until it says that it is ready.</summary>
    public static async Task<SandboxProcess> StartAsync(SandboxOptions options, ProcessStarter starter, CancellationToken ct)
    {
        var info = new ProcessStartInfo(options.Command[0], options.Command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        CleanEnvironment(info.Environment);
        var child = new SandboxProcess(await starter.StartAsync(info));
        try
        {
            await using var kill = ct.UnsafeRegister(static state => ((SandboxProcess)state!).Kill(), child);
            var (kind, _) = await child.ReceiveAsync(options.MaxFrameBytes);
            ct.ThrowIfCancellationRequested();
            return kind == FrameKind.Hello ? child : throw Frames.Malformed("an answer before it was asked");
        }
        catch
        {
            await child.DisposeAsync();
            ct.ThrowIfCancellationRequested();
            throw;
        }
    }

    public async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
    {
        try
        {
            await _input.WriteAsync(frame);
            await _input.FlushAsync();
        }
        catch (IOException)
        {
            throw await DiedAsync();
        }
    }

    /// <summary>The next frame; its payload is in <see cref="Buffer"/>.</summary>
    /// <exception cref="EscaleException"><c>engines.sandbox.died</c>, <c>engines.sandbox.protocol</c>.</exception>
    public async ValueTask<(FrameKind Kind, int Length)> ReceiveAsync(int maxFrameBytes)
    {
        try
        {
            await _output.ReadExactlyAsync(_header);
            var (kind, length) = Frames.ReadHeader(_header, maxFrameBytes);
            await ReadPayloadAsync(length);
            return (kind, length);
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            throw await DiedAsync();
        }
    }

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Buffer.Dispose();
    }

    /// <summary>Only what the runtime needs to start: secrets of the host's environment do not reach the child.</summary>
    private static void CleanEnvironment(IDictionary<string, string?> environment)
    {
        foreach (var name in environment.Keys.ToArray())
        {
            if (name is not ("PATH" or "DOTNET_ROOT" or "LD_LIBRARY_PATH" or "TMPDIR" or "SystemRoot" or "TEMP" or "TMP"))
            {
                environment.Remove(name);
            }
        }
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        // Parsers in managed code may need it; what a session may use is limited when it begins.
        environment["DOTNET_GCHeapHardLimit"] = "0x80000000";
        environment["DOTNET_EnableDiagnostics"] = "0";
        environment["DOTNET_TieredPGO"] = "0";
    }

    private async ValueTask ReadPayloadAsync(int length)
    {
        using var memory = new NativeMemoryManager(Buffer, length);
        await _output.ReadExactlyAsync(memory.Memory);
    }

    private async Task<EscaleException> DiedAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
        var code = _process.HasExited ? _process.ExitCode : -1;
        var said = _stderr.Trim().Split('\n')[0];
        return new EscaleException(
            "engines.sandbox.died", $"The sandbox process ended in the middle of its work (exit code {code}).{(said.Length > 0 ? " It said: " + said : "")}",
            "The query may need more memory than it is given, or a file may be damaged; run it again with less data.");
    }

    /// <summary>The receive buffer as memory that an asynchronous read can fill.</summary>
    private sealed unsafe class NativeMemoryManager(FrameBuffer buffer, int length) : System.Buffers.MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => buffer.Room(length);

        public override System.Buffers.MemoryHandle Pin(int elementIndex = 0) => new(buffer.Pointer + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
