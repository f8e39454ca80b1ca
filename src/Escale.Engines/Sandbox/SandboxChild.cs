using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using Escale.Engines.DuckDb;
using Escale.Engines.Sandbox.Confinement;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>
/// The other side of <see cref="SandboxSession"/>: what <c>escale sandbox</c> runs. Serves one session over standard input and output, then
/// ends; ends at once when its input is closed.
/// </summary>
public sealed class SandboxChild
{
    /// <summary>The hidden verb.</summary>
    public const string Verb = "sandbox";

    private readonly BlockingCollection<(FrameKind Kind, byte[] Payload)> _requests = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource? _running;

    private SandboxChild()
    {
    }

    /// <summary>Serves on this process's standard input and output.</summary>
    /// <param name="parsers">What it can read beside SQL.</param>
    public static Task<int> RunAsync(IReadOnlyList<SandboxParser> parsers) => RunAsync(Console.OpenStandardInput(), ProcessConfinement.TakeStandardOutput(), parsers);

    /// <summary>Serves on two streams. Ends the process when <paramref name="input"/> ends.</summary>
    private static Task<int> RunAsync(Stream input, Stream output, IReadOnlyList<SandboxParser> parsers)
    {
        var child = new SandboxChild();
        // One thread reads, so that a closed input or a cancellation is noticed while DuckDB works on the other.
        new Thread(() => new SandboxEngine(child._requests, child.BeginStatement, output, parsers).Run()) { IsBackground = true, Name = "engine" }.Start();
        child.ReadRequests(input);
        // Not an orderly exit: DuckDB may be in the middle of a query, and has nothing to save.
        Process.GetCurrentProcess().Kill();
        return Task.FromResult(ExitCode.Success);
    }

    private CancellationToken BeginStatement()
    {
        lock (_gate)
        {
            _running = new CancellationTokenSource();
            return _running.Token;
        }
    }

    private void ReadRequests(Stream input)
    {
        var header = new byte[Frames.HeaderBytes];
        while (input.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length)
        {
            var payload = new byte[BinaryPrimitives.ReadInt32LittleEndian(header)];
            if (input.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) < payload.Length)
            {
                return;
            }
            if ((FrameKind)header[4] == FrameKind.Cancel)
            {
                lock (_gate)
                {
                    _running?.Cancel();
                }
            }
            else
            {
                _requests.Add(((FrameKind)header[4], payload));
            }
        }
    }
}

/// <summary>The child's engine thread: takes requests one after the other and writes the answers.</summary>
internal sealed class SandboxEngine(
    BlockingCollection<(FrameKind Kind, byte[] Payload)> requests, Func<CancellationToken> beginStatement, Stream output,
    IReadOnlyList<SandboxParser> parsers)
{
    private static readonly TimeSpan _progressEvery = TimeSpan.FromMilliseconds(250);
    private readonly FrameWriter _frame = new();
    private readonly Lock _writing = new();
    private SandboxPolicy _policy = new();
    private int _maxFrameBytes;
    private bool _isLocked;
    private DuckConnection _connection = null!;

    public void Run()
    {
        ProcessConfinement.Begin();
        // One thread only: the workers are started after the confinement, which they inherit.
        using var database = DuckDatabase.Open(new DuckSettings { Threads = 1 });
        _connection = database.Connect();
        WarmUp();
        _frame.Begin(FrameKind.Hello).Text(DuckDatabase.Version);
        Send();
        foreach (var (kind, payload) in requests.GetConsumingEnumerable())
        {
            Answer(kind, payload);
        }
    }

    private void Answer(FrameKind kind, byte[] payload)
    {
        EscaleException failure;
        try
        {
            var frame = new FrameReader(payload);
            switch (kind)
            {
                case FrameKind.Open:
                    Open(ref frame);
                    break;
                case FrameKind.Setup:
                    Setup(frame.Text());
                    break;
                case FrameKind.Parse:
                    Parse(frame.Text(), frame.Text());
                    break;
                default:
                    Query(frame.Text(), Parameters.Read(ref frame), output);
                    break;
            }
            return;
        }
        catch (EscaleException error)
        {
            failure = error;
        }
        catch (OperationCanceledException)
        {
            failure = new EscaleException("engines.sandbox.cancelled", "The query was cancelled.");
        }
        catch (Exception error) when (error is OutOfMemoryException or OverflowException)
        {
            failure = new EscaleException("engines.duckdb.out-of-memory", "The sandbox process has no memory left for this.", "Raise engine.memory_limit in escale.yml, or let it read or return less at once.");
        }
        _frame.Begin(FrameKind.Error);
        SchemaFrames.WriteError(_frame, failure);
        Send();
    }

    private void Open(ref FrameReader frame)
    {
        _policy = PolicyFrames.Read(ref frame, out _maxFrameBytes);
        var applied = ProcessConfinement.Apply(_policy);
        ApplyToDuckDb();
        _frame.Begin(FrameKind.Done).Texts(applied);
        Send();
    }

    private void ApplyToDuckDb() => _connection.Execute($"""
            SET memory_limit = '{_policy.MemoryLimitBytes}B'; SET threads = {_policy.Threads};
            SET temp_directory = {DuckSql.Literal(_policy.SpillFolder ?? "")}; SET max_temp_directory_size = '{_policy.MaxSpillBytes}B';
            SET allowed_directories = {DuckSql.Literals(_policy.ReadPaths.Where(Directory.Exists).Concat(_policy.WriteFolders))};
            SET allowed_paths = {DuckSql.Literals(_policy.ReadPaths.Where(path => !Directory.Exists(path)))};
            """);

    private void Setup(string sql)
    {
        ProcessConfinement.LimitProcessorTime(_policy.Timeout, _policy.Threads);
        _connection.Execute(sql, beginStatement());
        _frame.Begin(FrameKind.Done);
        Send();
    }

    private void Parse(string name, string request)
    {
        var parser = parsers.FirstOrDefault(parser => parser.Name == name)
            ?? throw new EscaleException("engines.sandbox.no-parser", $"The sandbox process has no parser '{name}'.", "Start the program again: it may have been updated while it ran.");
        ProcessConfinement.LimitProcessorTime(_policy.Timeout, _policy.Threads);
        string answer;
        try
        {
            answer = parser.Parse(request, beginStatement());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new EscaleException("engines.sandbox.io", $"Reading or writing a file failed in the sandbox process: {error.Message}", "Check the disk's free space and the file's permissions.");
        }
        _frame.Begin(FrameKind.Done).Text(answer);
        Send();
    }

    private void Query(string sql, List<(string Name, object? Value)> parameters, Stream to)
    {
        SandboxStatements.CheckScript(sql);
        var token = beginStatement();
        if (!_isLocked)
        {
            _connection.Execute("SET enable_external_access = false; SET lock_configuration = true;");
            _isLocked = true;
        }
        ProcessConfinement.LimitProcessorTime(_policy.Timeout, _policy.Threads);
        var started = Stopwatch.GetTimestamp();
        using var reports = new Timer(_ => ReportProgress(to), null, _progressEvery, _progressEvery);
        using var result = _connection.Query(sql, (statement, isLast) => Prepare(statement, isLast, sql, parameters), token);
        _frame.Begin(FrameKind.Schema);
        SchemaFrames.Write(_frame, result.Columns);
        var spent = Stopwatch.GetElapsedTime(started);
        Send(to);
        while (TryRead(result, ref spent, out var chunk))
        {
            VectorEncoder.Write(_frame.Begin(FrameKind.Chunk), result.Nodes, chunk.RowCount);
            if (_frame.Frame.Length > _maxFrameBytes)
            {
                throw new EscaleException(
                    "engines.sandbox.too-wide", $"{chunk.RowCount} rows of the result take {_frame.Frame.Length >> 20} MiB.", "Select fewer columns, or shorten long texts.");
            }
            Send(to);
        }
        _frame.Begin(FrameKind.End).Long((long)spent.TotalMicroseconds);
        Send(to);
    }

    private static bool TryRead(DuckResult result, ref TimeSpan spent, out ResultChunk chunk)
    {
        var started = Stopwatch.GetTimestamp();
        var isThere = result.TryRead(out chunk);
        spent += Stopwatch.GetElapsedTime(started);
        return isThere;
    }

    private void ReportProgress(Stream to)
    {
        if (_connection.Progress is { } progress)
        {
            Write(new FrameWriter().Begin(FrameKind.Progress).Int((int)(progress * 1000)).Finish(), to);
        }
    }

    private void Prepare(DuckStatement statement, bool isLast, string sql, List<(string Name, object? Value)> parameters)
    {
        SandboxStatements.Check(statement.Kind, sql, mayWrite: _policy.WriteFolders.Count > 0);
        foreach (var (name, value) in isLast ? parameters : [])
        {
            statement.Bind(name, value);
        }
    }

    private void Send(Stream? to = null) => Write(_frame.Finish(), to ?? output);

    private void Write(ReadOnlyMemory<byte> frame, Stream to)
    {
        lock (_writing)
        {
            to.Write(frame.Span);
            to.Flush();
        }
    }

    /// <summary>Runs the whole path of a session once, so that the real one finds it compiled and DuckDB's tables made.</summary>
    private void WarmUp()
    {
        ProcessConfinement.Rehearse();
        PolicyFrames.Write(_frame.Begin(FrameKind.Open), new SandboxPolicy { Threads = 1 }, int.MaxValue);
        var policy = new FrameReader(_frame.Finish().Span[Frames.HeaderBytes..]);
        _policy = PolicyFrames.Read(ref policy, out _maxFrameBytes);
        ApplyToDuckDb();
        _isLocked = true;
        Query(
            "SELECT i, i * 0.5 AS d, i::VARCHAR || ' a text longer than twelve' AS t, DATE '2024-01-01' + i::INTEGER AS day, [i] AS l FROM range(3000) r(i) WHERE i >= $a ORDER BY i DESC",
            [("a", 1L)], Stream.Null);
        _isLocked = false;
    }
}
