using System.Diagnostics;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>
/// A DuckDB instance of one's own in a confined process. First trusted statements that prepare it (<see cref="ExecuteAsync"/>), then queries
/// that nobody trusts (<see cref="QueryAsync"/>), one at a time. What goes wrong in it ends at most the session. Not thread-safe.
/// </summary>
public sealed class SandboxSession : IAsyncDisposable
{
    private readonly SandboxProcess _process;
    private readonly SandboxPolicy _policy;
    private readonly int _maxFrameBytes;
    private readonly string? _spillFolder;
    private readonly Action<SandboxSession> _onEnd;
    private readonly FrameWriter _frame = new();
    private readonly Timer _timer;
    private TimeSpan _timeLeft;
    private bool _isTimedOut;
    private bool _isLocked;
    private bool _isDisposed;
    private EscaleException? _end;
    private SandboxResult? _result;
    private bool _isParsing;
    private int _permille = -1;

    private SandboxSession(SandboxProcess process, SandboxPolicy policy, SandboxOptions options, string? spillFolder, Action<SandboxSession> onEnd)
    {
        _process = process;
        _policy = policy with { SpillFolder = spillFolder };
        _maxFrameBytes = options.MaxFrameBytes;
        _spillFolder = spillFolder;
        _onEnd = onEnd;
        _timer = new Timer(_ =>
        {
            _isTimedOut = true;
            _process.Kill();
        });
    }

    /// <summary>The process's id.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Whether the session can still answer.</summary>
    public bool IsAlive => _end is null && !_isDisposed && !_process.HasExited;

    /// <summary>
    /// What the operating system refuses to this process: some of <c>memory</c>, <c>network-namespace</c>, <c>user</c>,
    /// <c>capabilities</c>, <c>files</c>, <c>system-calls</c>.
    /// </summary>
    public IReadOnlyList<string> Confinement { get; private set; } = [];

    /// <summary>How far the running statement is, 0 to 1, as the engine last said; null when it cannot tell. Any thread may ask.</summary>
    public double? Progress => Volatile.Read(ref _permille) is >= 0 and var permille ? permille / 1000.0 : null;

    /// <summary>Runs trusted statements before the first query: views over the files that the session may read.</summary>
    /// <exception cref="EscaleException">
    /// <c>engines.duckdb.*</c>; <c>engines.sandbox.setup-after-lock</c> after a query; <c>engines.sandbox.timeout</c>, <c>.died</c>,
    /// <c>.ended</c>.
    /// </exception>
    public async Task ExecuteAsync(string setupSqlTrusted, CancellationToken ct = default)
    {
        if (_isLocked)
        {
            throw new EscaleException("engines.sandbox.setup-after-lock", "The session is locked since its first query.", "Prepare the session before.");
        }
        await BeginAsync(_frame.Begin(FrameKind.Setup).Text(setupSqlTrusted).Finish(), ct);
        await ExpectDoneAsync(ct);
    }

    /// <summary>Runs a script that is not trusted, and streams the rows of its last statement. The first call locks the session.</summary>
    /// <param name="sql">The script.</param>
    /// <param name="parameters">Values for the last statement, by name without <c>$</c> or by number ("1"); null: none.</param>
    /// <param name="ct">Cancels by ending the process: the session is over.</param>
    /// <exception cref="EscaleException"><c>engines.duckdb.*</c>, <c>engines.sandbox.*</c>.</exception>
    public async Task<SandboxResult> QueryAsync(
        string sql, IReadOnlyDictionary<string, object?>? parameters = null, CancellationToken ct = default)
    {
        _isLocked = true;
        _frame.Begin(FrameKind.Query).Text(sql);
        Parameters.Write(_frame, parameters);
        await BeginAsync(_frame.Finish(), ct);
        var (kind, length) = await ReceiveAsync(ct);
        _result = new SandboxResult(this, kind == FrameKind.Schema ? ReadSchema(length) : throw End(Frames.Malformed("rows before their columns")), _policy.MaxRows);
        return _result;
    }

    /// <summary>
    /// Lets one of the child's parsers read files of the session. What it answers, and what it writes, may be false: the caller checks it.
    /// </summary>
    /// <param name="parser">Its name.</param>
    /// <param name="request">What it is asked, as it understands it.</param>
    /// <param name="ct">Cancels by ending the process: the session is over.</param>
    /// <exception cref="EscaleException">The parser's own error, with its place; <c>engines.sandbox.*</c>.</exception>
    public async Task<string> ParseAsync(string parser, string request, CancellationToken ct = default)
    {
        _isLocked = true;
        await BeginAsync(_frame.Begin(FrameKind.Parse).Text(parser).Text(request).Finish(), ct);
        _isParsing = true;
        try
        {
            var (kind, length) = await ReceiveAsync(ct);
            return kind == FrameKind.Done ? ReadText(length) : throw End(Frames.Malformed("an answer that was not asked for"));
        }
        finally
        {
            _isParsing = false;
        }
    }

    /// <summary>The error for what the child cannot have meant: for callers that look into what a parser wrote.</summary>
    public static EscaleException Malformed(string what) => Frames.Malformed(what);

    /// <summary>Ends the session and its process.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }
        _isDisposed = true;
        await _timer.DisposeAsync();
        await _process.DisposeAsync();
        DeleteSpillFolder();
        _onEnd(this);
    }

    internal static async Task<SandboxSession> OpenAsync(
        SandboxProcess process, SandboxPolicy policy, SandboxOptions options, Action<SandboxSession> onEnd, CancellationToken ct)
    {
        var spill = policy.MaxSpillBytes > 0 ? CreateSpillFolder(policy) : null;
        var session = new SandboxSession(process, policy, options, spill, onEnd);
        try
        {
            PolicyFrames.Write(session._frame.Begin(FrameKind.Open), session._policy, options.MaxFrameBytes);
            await session.BeginAsync(session._frame.Finish(), ct);
            await session.ExpectDoneAsync(ct, isOpening: true);
            return session;
        }
        catch
        {
            session.DeleteSpillFolder();
            throw;
        }
    }

    /// <summary>The next frame of the running statement. Errors of the statement are thrown; errors of the process end the session.</summary>
    internal async ValueTask<(FrameKind Kind, int Length)> ReceiveAsync(CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        using var kill = ct.UnsafeRegister(static state => ((SandboxProcess)state!).Kill(), _process);
        _timer.Change(_timeLeft > TimeSpan.Zero ? _timeLeft : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
        (FrameKind Kind, int Length) frame;
        try
        {
            do
            {
                frame = await _process.ReceiveAsync(_maxFrameBytes);
            }
            while (frame.Kind == FrameKind.Progress && NoteProgress(frame.Length));
        }
        catch (EscaleException error)
        {
            var end = End(error);
            ct.ThrowIfCancellationRequested();
            throw end;
        }
        finally
        {
            if (!_isDisposed)
            {
                _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            _timeLeft -= Stopwatch.GetElapsedTime(started);
        }
        return frame.Kind == FrameKind.Error ? throw ReadError(frame.Length) : frame;
    }

    /// <summary>Ends the session because of what the child sent.</summary>
    internal EscaleException End(EscaleException error)
    {
        _process.Kill();
        _result = null;
        return _end = _isTimedOut
            ? new EscaleException(
                "engines.sandbox.timeout", $"The query took longer than {_policy.Timeout.TotalSeconds:0.#} seconds and was stopped.", "Select less, or ask for more time.")
            : error;
    }

    internal unsafe int ReadChunk(int length, DuckDb.VectorNode[] columns)
    {
        try
        {
            return VectorDecoder.Read(_process.Buffer.Pointer, length, columns);
        }
        catch (EscaleException error)
        {
            throw End(error);
        }
    }

    internal void ResultEnded() => _result = null;

    /// <summary>How long the engine says that it worked on the statement that has just ended; zero when it does not say.</summary>
    internal TimeSpan ReadSpent(int length) => length >= sizeof(long) && Payload(length).Long() is > 0 and var micros && micros < TimeSpan.MaxValue.TotalMicroseconds
        ? TimeSpan.FromMicroseconds(micros)
        : TimeSpan.Zero;

    private bool NoteProgress(int length)
    {
        Volatile.Write(ref _permille, length == sizeof(int) ? Math.Clamp(Payload(length).Int(), 0, 1000) : -1);
        return true;
    }

    /// <summary>Stops the running statement and reads what it had already sent, so that the session can go on.</summary>
    internal async ValueTask StopStatementAsync()
    {
        if (!IsAlive)
        {
            return;
        }
        _timeLeft = TimeSpan.FromSeconds(2);
        try
        {
            await _process.SendAsync(new FrameWriter().Begin(FrameKind.Cancel).Finish());
            while ((await ReceiveAsync(CancellationToken.None)).Kind != FrameKind.End)
            {
            }
        }
        catch (EscaleException)
        {
            // Cancelled as asked; or it did not answer in time, and the session is over, which the next call tells.
        }
    }

    private static string CreateSpillFolder(SandboxPolicy policy)
    {
        var parent = policy.SpillFolder ?? Path.GetTempPath();
        Directory.CreateDirectory(parent);
        var folder = Path.Combine(parent, $"escale-sandbox-{Guid.NewGuid():N}");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return folder;
    }

    private void DeleteSpillFolder()
    {
        try
        {
            if (_spillFolder is not null && Directory.Exists(_spillFolder))
            {
                Directory.Delete(_spillFolder, recursive: true);
            }
        }
        catch (IOException)
        {
            // It is in a folder for temporary files.
        }
    }

    private async Task BeginAsync(ReadOnlyMemory<byte> request, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ct.ThrowIfCancellationRequested();
        if (_result is not null)
        {
            throw new InvalidOperationException("The session's last result is still open: dispose it first.");
        }
        if (_end is not null)
        {
            throw new EscaleException("engines.sandbox.ended", $"The session is over: {_end.Message}", "Open a new session.", inner: _end);
        }
        _timeLeft = _policy.Timeout;
        Volatile.Write(ref _permille, -1);
        try
        {
            await _process.SendAsync(request);
        }
        catch (EscaleException error)
        {
            throw End(error);
        }
    }

    private async Task ExpectDoneAsync(CancellationToken ct, bool isOpening = false)
    {
        var (kind, length) = await ReceiveAsync(ct);
        if (kind != FrameKind.Done)
        {
            throw End(Frames.Malformed("an answer that was not asked for"));
        }
        if (isOpening)
        {
            Confinement = ReadTexts(length);
        }
    }

    private unsafe FrameReader Payload(int length) => new(new ReadOnlySpan<byte>(_process.Buffer.Pointer, length));

    private string[] ReadTexts(int length)
    {
        var frame = Payload(length);
        return frame.Texts();
    }

    private string ReadText(int length)
    {
        try
        {
            var frame = Payload(length);
            var text = frame.Text();
            frame.ExpectEnd();
            return text;
        }
        catch (EscaleException error)
        {
            throw End(error);
        }
    }

    private DuckDb.DuckColumn[] ReadSchema(int length)
    {
        try
        {
            var frame = Payload(length);
            var columns = SchemaFrames.Read(ref frame);
            frame.ExpectEnd();
            return columns;
        }
        catch (EscaleException error)
        {
            throw End(error);
        }
    }

    private EscaleException ReadError(int length)
    {
        try
        {
            var frame = Payload(length);
            _result = null;
            return SchemaFrames.ReadError(ref frame, _isParsing);
        }
        catch (EscaleException error)
        {
            return End(error);
        }
    }
}
