using System.Runtime.InteropServices;

namespace Escale.Engines.DuckDb.Interop;

/// <summary>A DuckDB object that is released once, also when the caller forgets to.</summary>
internal abstract class DuckHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;
}

internal sealed class DatabaseHandle : DuckHandle
{
    protected override bool ReleaseHandle()
    {
        Native.Close(ref handle);
        return true;
    }
}

internal sealed class ConnectionHandle : DuckHandle
{
    protected override bool ReleaseHandle()
    {
        Native.Disconnect(ref handle);
        return true;
    }
}

internal sealed class StatementHandle : DuckHandle
{
    protected override bool ReleaseHandle()
    {
        Native.DestroyPrepare(ref handle);
        return true;
    }
}

internal sealed class ExtractedHandle : DuckHandle
{
    protected override bool ReleaseHandle()
    {
        Native.DestroyExtracted(ref handle);
        return true;
    }
}

internal sealed class PendingHandle : DuckHandle
{
    protected override bool ReleaseHandle()
    {
        Native.DestroyPending(ref handle);
        return true;
    }
}

internal sealed class AppenderHandle : DuckHandle
{
    protected override bool ReleaseHandle()
    {
        _ = Native.AppenderDestroy(ref handle);
        return true;
    }
}

/// <summary>The 48 bytes of a <c>duckdb_result</c>, at an address that does not move.</summary>
internal sealed unsafe class ResultHandle : DuckHandle
{
    public ResultHandle()
    {
        SetHandle((nint)NativeMemory.AllocZeroed((nuint)sizeof(NativeResult)));
    }

    public NativeResult* Pointer => (NativeResult*)handle;

    protected override bool ReleaseHandle()
    {
        Native.DestroyResult(Pointer);
        NativeMemory.Free(Pointer);
        return true;
    }
}
